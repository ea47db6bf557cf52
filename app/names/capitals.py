"""Capitals, which reports use for their states: a lead to the state, never its name.

Usual spellings, former names where they are still written, and more than one city where seat of
government and capital differ.
"""

_CAPITALS = """
AFG Kabul
AGO Luanda
ALB Tirana
AND Andorra la Vella
ARE Abu Dhabi
ARG Buenos Aires
ARM Yerevan
ATG St. John's
AUS Canberra
AUT Vienna
AZE Baku
BDI Gitega; Bujumbura
BEL Brussels
BEN Porto-Novo; Cotonou
BFA Ouagadougou
BGD Dhaka; Dacca
BGR Sofia
BHR Manama
BHS Nassau
BIH Sarajevo
BLR Minsk
BLZ Belmopan
BOL La Paz; Sucre
BRA Brasília
BRB Bridgetown
BRN Bandar Seri Begawan
BTN Thimphu
BWA Gaborone
CAF Bangui
CAN Ottawa
CHE Bern; Berne
CHL Santiago
CHN Beijing; Peking
CIV Yamoussoukro; Abidjan
CMR Yaoundé
COD Kinshasa
COG Brazzaville
COL Bogotá
COM Moroni
CPV Praia
CRI San José
CUB Havana
CYP Nicosia
CZE Prague
DDR East Berlin; Pankow
DEU Berlin; Bonn
DJI Djibouti City
DMA Roseau
DNK Copenhagen
DOM Santo Domingo
DZA Algiers
ECU Quito
EGY Cairo
ERI Asmara
ESP Madrid
EST Tallinn
ETH Addis Ababa
FIN Helsinki
FJI Suva
FRA Paris
FSM Palikir
GAB Libreville
GBR London; Whitehall
GEO Tbilisi
GHA Accra
GIN Conakry
GMB Banjul
GNB Bissau
GNQ Malabo
GRC Athens
GRD St. George's
GTM Guatemala City
GUY Georgetown
HND Tegucigalpa
HRV Zagreb
HTI Port-au-Prince
HUN Budapest
IDN Jakarta
IND New Delhi; Delhi
IRL Dublin
IRN Tehran; Teheran
IRQ Baghdad
ISL Reykjavik
ISR Jerusalem; Tel Aviv
ITA Rome
JAM Kingston
JOR Amman
JPN Tokyo
KAZ Astana; Nur-Sultan; Nursultan; Akmola; Астана
KEN Nairobi
KGZ Bishkek
KHM Phnom Penh
KIR South Tarawa; Tarawa
KNA Basseterre
KOR Seoul
KWT Kuwait City
LAO Vientiane
LBN Beirut
LBR Monrovia
LBY Tripoli
LCA Castries
LIE Vaduz
LKA Colombo; Sri Jayawardenepura Kotte
LSO Maseru
LTU Vilnius
LUX Luxembourg City
LVA Riga
MAR Rabat
MCO Monte Carlo
MDA Chișinău; Kishinev
MDG Antananarivo
MDV Malé
MEX Mexico City
MHL Majuro
MKD Skopje
MLI Bamako
MLT Valletta
MMR Naypyidaw; Nay Pyi Taw; Yangon; Rangoon
MNE Podgorica
MNG Ulaanbaatar; Ulan Bator
MOZ Maputo
MRT Nouakchott
MUS Port Louis
MWI Lilongwe
MYS Kuala Lumpur; Putrajaya
NAM Windhoek
NER Niamey
NGA Abuja
NIC Managua
NLD Amsterdam; The Hague
NOR Oslo
NPL Kathmandu
NRU Yaren
NZL Wellington
OMN Muscat
PAK Islamabad
PAN Panama City
PER Lima
PHL Manila
PLW Ngerulmud
PNG Port Moresby
POL Warsaw
PRK Pyongyang
PRT Lisbon
PRY Asunción
PSE Ramallah
QAT Doha
ROU Bucharest
RUS Moscow; Kremlin; Москва
RWA Kigali
SAU Riyadh
SDN Khartoum
SEN Dakar
SLB Honiara
SLE Freetown
SLV San Salvador
SOM Mogadishu
SRB Belgrade
SSD Juba
STP São Tomé
SUN Moscow; Kremlin; Москва
SUR Paramaribo
SVK Bratislava
SVN Ljubljana
SWE Stockholm
SWZ Mbabane; Lobamba
SYC Victoria
SYR Damascus
TCD N'Djamena
TGO Lomé
THA Bangkok
TJK Dushanbe
TKM Ashgabat; Ashkhabad
TLS Dili
TON Nuku'alofa
TTO Port of Spain
TUN Tunis
TUR Ankara
TUV Funafuti
TWN Taipei
TZA Dodoma; Dar es Salaam
UGA Kampala
UKR Kyiv; Kiev
URY Montevideo
USA Washington; Washington, D.C.; White House
UZB Tashkent
VCT Kingstown
VEN Caracas
VNM Hanoi
VUT Port Vila
WSM Apia
XKX Pristina; Prishtina
YEM Sana'a; Sanaa
YMD Aden
YUG Belgrade
ZAF Pretoria; Cape Town
ZMB Lusaka
ZWE Harare; Salisbury
"""

#: The capitals of each state, by its id; those of ended states too.
CAPITALS: dict[str, tuple[str, ...]] = {
    line[:3]: tuple(line[4:].split("; ")) for line in _CAPITALS.strip().splitlines()
}
