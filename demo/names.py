"""Invented people and schools. Any likeness is chance: names are drawn from two lists, schools are trees and waters."""

from __future__ import annotations

DISTRICT = "Laurel Valley Unified (demo)"
DOMAIN = "laurel.example"

GIVEN = (
    "Ada Aisha Alejandra Alma Amara Amir Ana Anders Anika Antonio Asha Aurora Beatriz Ben Bianca Bruno Camila Carlos Carmen Cecilia Chidi Clara Cora "
    "Dalia Daniel Daria David Delia Diego Dinah Edith Eduardo Elena Eli Elisa Emeka Emilia Enrique Esther Eva Farah Felix Fernanda Fiona Flora Frida "
    "Gabriel Gloria Grace Greta Hana Hannah Hector Hugo Ida Imani Ines Ingrid Irene Isaac Isabel Ivan Ivy Jamal Jana Javier Joaquin Joy Juan Julia Kai "
    "Keiko Khalid Lara Laura Leila Leo Lidia Lina Lucas Lucia Luz Maia Malik Manuel Mara Marcus Maria Marisol Marta Mateo Maya Mei Mercedes Mila Miriam "
    "Nadia Naomi Nia Nico Nina Noor Nora Olga Omar Oscar Paloma Paula Pedro Petra Pilar Priya Quinn Rafael Rania Raquel Rita Rosa Ruth Samir Sara Selma "
    "Simon Sofia Soledad Tamar Tariq Teresa Thea Tomas Uma Valeria Vera Victor Wanda Xavier Yara Yolanda Yusuf Zara Zoe"
).split()

FAMILY = (
    "Abara Acosta Adler Aguilar Alder Amadi Anaya Ashby Aster Banerjee Barros Beck Bello Birch Blanco Brandt Brook Calder Cano Cardenas Castaneda Cedar "
    "Chandra Chen Clay Colby Contreras Cortez Dalton Danso Delgado Diaz Dorsey Dove Duarte Eames Ellery Escobar Espinoza Fairfax Farrow Fernwood Figueroa "
    "Finch Flores Fontaine Gallardo Garrido Gill Glenn Greenfield Guerra Gupta Hale Haddad Harrow Hassan Hawthorne Heath Hidalgo Holloway Ibarra Iyer "
    "Jansen Jasso Juarez Kapoor Keller Khan Kimura Kowal Lane Larkspur Leal Lee Linden Lopez Lozano Luna Maldonado Maple Marsh Martel Medina Mendez Merino "
    "Mills Molina Moon Moreno Murillo Nakamura Navarro Nguyen Nieves North Ocampo Okafor Oakes Olsen Orozco Ortega Osei Pacheco Park Patel Paz Penn Pineda "
    "Prado Quintana Quiroz Rahman Ramos Reed Reyes Ridge Rivers Robles Rojas Rosario Rowan Rush Saavedra Salas Sandoval Santos Sato Serrano Shah Silva Soto "
    "Sparrow Stone Suarez Tanaka Thorne Torres Tran Underhill Valdez Vale Vargas Vasquez Vega Velasco Wells Whitfield Wilder Willow Yamada Yates Zamora Zhou"
).split()

PLACES = (
    "Cottonwood Creek|Juniper Hill|Willow Bend|Sage Meadow|Aspen Grove|Cedar Hollow|Maple Fork|Birch Landing|Elm Prairie|Heron Lake|Otter Run|Falcon Ridge|"
    "Clover Field|Marigold|Bluestem|Sycamore Flats|Alder Point|Hawthorn|Larkspur|Pinyon Mesa|Tamarack|Redbud|Linden Park|Osprey Bay|Quail Hollow|Trillium|"
    "Yarrow Valley|Foxglove|Hazelwood|Ironwood|Silverleaf|Stonecrop|Thistledown|Wren Hill|Meadowlark|Kingfisher|Bayberry|Chickadee|Dogwood Springs|Goldenrod"
).split("|")

KINDS = (("Elementary School", "elementary", ("prek-2", "3-5")), ("Middle School", "middle", ("6-8",)), ("High School", "high", ("9-12",)))
COMPASS = ("", "North ", "South ", "East ", "West ", "Upper ", "Lower ", "Old ", "New ", "Little ")

SUBJECTS = {
    "elementary": ("all-subjects", "music", "art", "physical-education", "special-education"),
    "middle": ("mathematics", "english-language-arts", "science", "social-studies", "world-languages", "art", "special-education"),
    "high": ("mathematics", "english-language-arts", "science", "social-studies", "world-languages", "career-technical", "music", "special-education"),
}


def school(number: int) -> tuple[str, str, tuple[str, ...]]:
    """The name, level and grade bands of the ``number``-th school (from 0); names do not repeat within 4,000."""
    place = PLACES[number % len(PLACES)]
    turn = number // len(PLACES)
    compass = COMPASS[turn % len(COMPASS)]
    kind, level, bands = KINDS[(number + turn) % len(KINDS)] if number >= 3 else KINDS[number]
    suffix = "" if turn < len(COMPASS) else f" {turn // len(COMPASS) + 1}"
    return f"{compass}{place} {kind}{suffix}", level, bands


def person(number: int) -> tuple[str, str]:
    """Given and family name of the ``number``-th person (from 0): every combination once before any comes twice."""
    g, f = len(GIVEN), len(FAMILY)
    return GIVEN[(number * 37 + number // f) % g], FAMILY[(number * 53 + number // g) % f]
