"""Words beside names and numbers in a list that are nobody's name, in Dutch, English and German."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PARTICLES = _words("de den der het van von vd ten ter te op aan in bij el en of and und")
TITLES = _words(
    "mr mw mevr mevrouw mej dhr heer hr meneer dr drs ing ir prof bc msc bsc mrs ms miss herr frau"
    " mme fam familie"
)
# Heads of columns, and labels before a number.
_LABELS = _words(
    "naam namen name names voornaam voornamen voorletters initialen roepnaam achternaam titel"
    " geboortenaam tussenv tussenvoegsel aanhef first last surname nachname vorname nom"
    " prenom tussenvoegsels tel telefoon telefoonnummer telefoonnr telnr tele telephone telefon mob"
    " mobiel mobiele mobile mobieltje mobilnummer mobil handy gsm portable nummer nummers nr nrs no"
    " number numbers numero phone cell sms whatsapp app vast vaste lijn thuis werk zakelijk"
    " prive home work private bereikbaar bel bellen fax kamer kamernummer kamernr kmr bed room"
    " zimmer afd afdeling patient patienten patientnr patientnummer pat patnr pid client"
    " clienten clientnr clientnummer bsn id dossier dossiernr dossiernummer volgnr volgnummer"
    " geb gebdatum gebdat geboren geboortedatum datum dob born birth date geboortejaar leeftijd"
    " age geslacht adres straat huisnummer postcode pc woonplaats plaats stad land address"
    " street city zip email mail mailadres emailadres mailto ontvanger ontvangers recipient"
    " recipients lijst telefoonlijst bellijst contact is te bereiken via onbekend geen unknown none"
    " jr jaar uur ja nee nvt ok"
)
_GREETINGS = _words(
    "beste dag hoi hallo dear hi hello groet groeten groetjes vriendelijke vriendelijk hartelijke"
    " met mvg kind best warm regards sincerely yours"
)
NOISE = TITLES | _LABELS | _GREETINGS
SURNAMES_TOO = _words("kamer bed stad plaats lijn straat land vast bel contact room street")
# Whoever is called so beside a recipient has a number of their own.
RELATIVES = _words(
    "dochter zoon moeder vader partner echtgenoot echtgenote kleindochter kleinzoon broer zus"
    " mantelzorger contactpersoon contactpersonen buurman buurvrouw bewindvoerder mentor namens"
    " secretaresse begeleider begeleidster verzorger verzorgster vertegenwoordiger voogd curator"
    " schoondochter schoonzoon schoonzus schoonmoeder schoonvader schoonbroer zwager stiefzoon"
    " stiefdochter pleegdochter pleegzoon zusje broertje zuster nicht nichtje neef neefje tante oom"
    " oma opa grootmoeder grootvader ouder ouders kinderen kleinkind kleinkinderen vriend vriendin"
    " buren ex weduwnaar vrijwilliger mama papa"
    " daughter son mother father wife husband carer guardian sister brother parent parents niece"
    " nephew aunt uncle friend neighbour neighbor caregiver"
    " tochter sohn mutter vater ehefrau ehemann schwester bruder betreuer betreuerin nichte"
    " eltern enkel enkelin schwiegertochter schwiegersohn nachbar nachbarin vormund"
    " fille fils mere pere soeur frere epouse epoux conjoint voisin voisine"
    " kizi oglu esi annesi babasi kardesi kizkardesi"
)
