"""The web server, the same from a checkout and in production."""

worker_class = "gthread"  # a slow PayPal must not stop the shop
workers = 2
threads = 8
timeout = 60  # seconds
graceful_timeout = 15  # seconds
control_socket_disable = True
accesslog = None  # soocas.requestlog writes one without persons in it
