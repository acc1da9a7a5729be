# syntax=docker/dockerfile:1
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /venv
COPY requirements.txt /
RUN /venv/bin/python -m pip install --no-cache-dir --require-hashes -r /requirements.txt
WORKDIR /shop
COPY . .
RUN /venv/bin/python manage.py translations --compile \
    && SOOCAS_STATIC_HASHED=1 /venv/bin/python manage.py collectstatic --noinput \
    && rm -rf sandbox tests requirements-dev.* && mkdir -p var/media var/erasures var/private

FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 SOOCAS_ENVIRONMENT=production
RUN useradd --system --uid 10001 --no-create-home shop
COPY --from=build /venv /venv
COPY --from=build /shop /shop
RUN mkdir /beat && chown -R shop:shop /shop/var /beat
WORKDIR /shop
USER shop
VOLUME /shop/var/media /shop/var/erasures /shop/var/private /beat
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
    CMD ["python", "healthcheck.py"]
CMD ["python", "-m", "gunicorn", "--bind", "0.0.0.0:8000", "soocas.wsgi"]
