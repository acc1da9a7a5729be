"""What a person can do who does not accept our answer: the authority and the court, by country."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _

from privacy import regimes
from privacy.models.requests import Regime

OURS = "NL"  # the authority that supervises us
# Sources: the members of the European Data Protection Board (edpb.europa.eu); ico.org.uk and
# cppa.ca.gov. Names in the authority's own language, as its letters and its site have them.
AUTHORITIES = {
    "AT": ("Österreichische Datenschutzbehörde", "https://www.dsb.gv.at/"),
    "BE": ("Gegevensbeschermingsautoriteit", "https://www.gegevensbeschermingsautoriteit.be/"),
    "BG": ("Комисия за защита на личните данни", "https://www.cpdp.bg/"),
    "CY": (
        "Γραφείο Επιτρόπου Προστασίας Δεδομένων Προσωπικού Χαρακτήρα",
        "https://www.dataprotection.gov.cy/",
    ),
    "CZ": ("Úřad pro ochranu osobních údajů", "https://www.uoou.gov.cz/"),
    "DE": (
        "Die Bundesbeauftragte für den Datenschutz und die Informationsfreiheit",
        "https://www.bfdi.bund.de/",
    ),
    "DK": ("Datatilsynet", "https://www.datatilsynet.dk/"),
    "EE": ("Andmekaitse Inspektsioon", "https://www.aki.ee/"),
    "ES": ("Agencia Española de Protección de Datos", "https://www.aepd.es/"),
    "FI": ("Tietosuojavaltuutetun toimisto", "https://tietosuoja.fi/"),
    "FR": ("Commission nationale de l'informatique et des libertés", "https://www.cnil.fr/"),
    "GB": ("Information Commissioner's Office", "https://ico.org.uk/make-a-complaint/"),
    "GR": ("Αρχή Προστασίας Δεδομένων Προσωπικού Χαρακτήρα", "https://www.dpa.gr/"),
    "HR": ("Agencija za zaštitu osobnih podataka", "https://azop.hr/"),
    "HU": ("Nemzeti Adatvédelmi és Információszabadság Hatóság", "https://www.naih.hu/"),
    "IE": ("Data Protection Commission", "https://www.dataprotection.ie/"),
    "IS": ("Persónuvernd", "https://www.personuvernd.is/"),
    "IT": ("Garante per la protezione dei dati personali", "https://www.garanteprivacy.it/"),
    "LI": ("Datenschutzstelle", "https://www.datenschutzstelle.li/"),
    "LT": ("Valstybinė duomenų apsaugos inspekcija", "https://vdai.lrv.lt/"),
    "LU": ("Commission nationale pour la protection des données", "https://cnpd.public.lu/"),
    "LV": ("Datu valsts inspekcija", "https://www.dvi.gov.lv/"),
    "MT": ("Office of the Information and Data Protection Commissioner", "https://idpc.org.mt/"),
    "NL": ("Autoriteit Persoonsgegevens", "https://autoriteitpersoonsgegevens.nl/"),
    "NO": ("Datatilsynet", "https://www.datatilsynet.no/"),
    "PL": ("Urząd Ochrony Danych Osobowych", "https://uodo.gov.pl/"),
    "PT": ("Comissão Nacional de Proteção de Dados", "https://www.cnpd.pt/"),
    "RO": (
        "Autoritatea Națională de Supraveghere a Prelucrării Datelor cu Caracter Personal",
        "https://www.dataprotection.ro/",
    ),
    "SE": ("Integritetsskyddsmyndigheten", "https://www.imy.se/"),
    "SI": ("Informacijski pooblaščenec", "https://www.ip-rs.si/"),
    "SK": ("Úrad na ochranu osobných údajov", "https://dataprotection.gov.sk/"),
    "US-CA": ("California Privacy Protection Agency", "https://cppa.ca.gov/"),
}


def of(country: str, language: str) -> dict[str, str]:
    """Where to complain and which court to ask, as JSON values in a language.

    Who lives where no authority is named has ours (Art. 77(1) GDPR: the place of the
    infringement).
    """
    name, site = AUTHORITIES.get(country, AUTHORITIES[OURS])
    with translation.override(language):
        return {"authority": name, "site": site, "court": court(country)}


def court(country: str) -> str:
    """The judicial remedy, in the active language."""
    match regimes.of(country), country:
        case Regime.UK, _any:
            return _(
                "You can also ask the County Court or the High Court for an order (section 167 of "
                "the Data Protection Act 2018)."
            )
        case Regime.CALIFORNIA, _any:
            return _(
                "You can also turn to the Attorney General of California (oag.ca.gov/privacy), and "
                "to a court where the law gives you that (Cal. Civ. Code § 1798.150)."
            )
        case _gdpr, "NL" | "":
            return _(
                "You can also go to court: ask the district court (rechtbank) for an order within "
                "six weeks of this letter (Art. 79 GDPR, Art. 35 UAVG)."
            )
    return _(
        "You can also go to court: in the country where you live, or here in Amsterdam, where we "
        "are (Art. 79 GDPR)."
    )
