"""Pages that say where electrodes go, with drawings: for EMG after SENIAM, for EEG after the 10-20 system."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from string import ascii_uppercase

from rehabkit.exercises.emg_placement import Placement, Placements
from rehabkit.findings import NOT_A_MEDICAL_DEVICE
from rehabkit.recordings.electrodes import EARS, OLD_NAMES, how_found, region, standard_name
from rehabkit.reports import drawing as d
from rehabkit.reports.blocks import Block, Cell, Fact, Figures, Listing, Report, Row, Section, Table
from rehabkit.reports.head_placement import from_above, from_the_side
from rehabkit.reports.limb_drawing import LIMBS, can_draw, limb
from rehabkit.reports.poses import Figure
from rehabkit.reports.text import number, words

WHAT = "Electrode placement"
EMG_CHECKS = (
    ("At rest", "The line is flat and thin. A wide, even band is hum of the mains: look at the reference electrode."),
    ("In the test", "The line grows thick at once and thin again at once. If not, the pair is beside the muscle."),
    ("Neighbours", "Let the patient tense the muscle opposite: a line that grows as much hears the wrong muscle."),
    ("Cables", "Tap the leg and bend the joint by hand: slow waves are cables that swing; tape them down."),
    ("Names", "Call the channels as in the table, record at 1000 samples a second or more, and note the unit."),
)
EEG_SOURCE = (
    "International 10-20 system: Jasper (1958), Electroenceph. clin. Neurophysiol. 10:370-375; "
    "Chatrian, Lettich, Nelson (1985), Am. J. EEG Technol. 25:83-92"
)
EEG_STEPS = (
    ("Nasion and inion", "Feel the dip between nose and forehead, and the bump at the back of the head. Measure from "
     "the one to the other over the top, and mark 10, 30, 50, 70 and 90 %: Fpz, Fz, Cz, Pz, Oz."),
    ("Ear to ear", "Feel the dip in front of each ear. Measure from the left to the right over Cz, and mark 10, 30, "
     "50, 70 and 90 %: T7, C3, Cz, C4, T8. Move Cz until it is in the middle of both ways."),
    ("The ring", "Measure around the head through Fpz, T7, Oz and T8. On each side mark 10, 30, 50, 70 and 90 % of the "
     "way from Fpz to Oz: Fp1, F7, T7, P7, O1 on the left, Fp2, F8, T8, P8, O2 on the right."),
    ("Between", "F3 lies halfway from Fz to F7, P3 halfway from Pz to P7, F4 and P4 likewise on the right."),
    ("A cap", "Choose it by the head's girth. Cz must lie halfway between nasion and inion, and between both ears."),
)  # fmt: skip
EEG_SKIN = (
    ("Skin", "Part the hair, rub the place with abrasive gel on a swab, wipe it, and fill in conductive gel."),
    ("Contact", "Below 10 kΩ, and all electrodes alike. Active electrodes: as their maker says."),
    ("Reference and ground", "As the amplifier's maker says; write down where they were."),
    ("Bridges", "Two neighbours whose lines are the same have gel between them: clean and fill again."),
)  # fmt: skip
EEG_CHECKS = (
    ("Blink", "A big wave at Fp1 and Fp2, smaller towards the back."),
    ("Bite", "Fast, wide lines at T7 and T8: so look muscles, which must rest while you record."),
    ("Eyes closed", "A rhythm of about ten waves a second at the back of the head."),
    ("Names", "Call the channels as in the table, record at 250 samples a second or more, and note the unit."),
)


def emg_page(placements: Placements, muscles: Sequence[Placement]) -> Report:
    """Where the electrodes of these muscles go."""
    letters = _letters(muscles)
    return Report(
        title="Where the EMG electrodes go",
        facts=(
            Fact("Muscles", "; ".join(m.title for m in muscles)),
            Fact("Distance of a pair", f"{number(placements.distance_mm, 0)} mm, centre to centre"),
            Fact("Drawn", "right side; the left is its mirror image"),
            Fact("Source", placements.source),
        ),
        tiles=(),
        summary=(
            "For each muscle: feel the two landmarks, draw the line between them, measure along it, and stick the pair "
            "so that the point lies halfway between its two electrodes.",
        ),
        pictures=None,
        sections=(
            Section("Where they go", _limbs(muscles, letters, placements.distance_mm)),
            Section("Landmarks", (_landmarks(placements, letters),)),
            Section("Muscle by muscle", (_muscle_table(muscles, letters),)),
            Section("Skin and electrodes", (_steps((str(i), step) for i, step in enumerate(placements.skin, 1)),)),
            Section("Before you record", (_steps(EMG_CHECKS),)),
        ),
        notice=NOT_A_MEDICAL_DEVICE,
        what=WHAT,
    )


def eeg_page(names: Sequence[str], why: str) -> Report:
    """Where these electrodes go; ``why`` says who asks for them."""
    figures = Figures((Figure(from_above(names), ABOVE), Figure(from_the_side(), BESIDE)), across=2, stacks=True)
    return Report(
        title="Where the EEG electrodes go",
        facts=(
            Fact("Electrodes", f"{len(names)}: {', '.join(names)}"),
            Fact("Asked for by", why),
            Fact("Source", EEG_SOURCE),
        ),
        tiles=(),
        summary=(
            "Measure the head, mark the places with a skin pencil, or check with the marks that the cap is right.",
        ),
        pictures=None,
        sections=(
            Section("Where they go", (figures,)),
            Section("Measuring the head", (_steps(EEG_STEPS),)),
            Section("Electrodes", (_site_table(names),)),
            Section("Skin, reference, contact", (_steps(EEG_SKIN),)),
            Section("Before you record", (_steps(EEG_CHECKS),)),
        ),
        notice=NOT_A_MEDICAL_DEVICE,
        what=WHAT,
    )


ABOVE = "Filled: the electrodes that are needed. Hollow: the rest of the 10-20 system, to find them by."
BESIDE = "From nasion to inion over the top; the way from ear to ear and the ring are divided alike."


def drawings_of(page: Report) -> list[d.Drawing]:
    """All drawings of a page, in order."""
    blocks = [block for section in page.sections for block in section.blocks if isinstance(block, Figures)]
    return [figure.drawing for block in blocks for figure in block.figures]


def _letters(muscles: Sequence[Placement]) -> dict[str, str]:
    """Landmark → A, B, C … in the order in which they are met; A1, B1 … from the 27th on."""
    marks = list(dict.fromkeys(mark for muscle in muscles for mark in (muscle.start, muscle.end)))
    n = len(ascii_uppercase)
    return {mark: ascii_uppercase[i % n] + (str(i // n) if i >= n else "") for i, mark in enumerate(marks)}


def _limbs(muscles: Sequence[Placement], letters: dict[str, str], distance_mm: float) -> tuple[Block, ...]:
    figures = []
    for view in LIMBS:
        seen = [muscle for muscle in muscles if muscle.view == view and can_draw(muscle)]
        if seen:
            caption = "; ".join(f"{m.title}: from {letters[m.start]} to {letters[m.end]}" for m in seen)
            figures.append(Figure(limb(view, seen, letters, distance_mm), f"{caption}."))
    return (Figures(tuple(figures), across=2, stacks=True),) if figures else ()


def _muscle_table(muscles: Sequence[Placement], letters: dict[str, str]) -> Table:
    rows = tuple(
        Row((
            Cell(m.title, m.name, strong=True),
            Cell(f"{letters[m.start]} to {letters[m.end]}"),
            Cell(m.where, m.direction),
            Cell(m.posture),
            Cell(m.test),
            Cell(m.reference),
        ))
        for m in muscles
    )  # fmt: skip
    columns = ("Muscle, channel", "Line", "Where, and direction of the pair", "Posture", "Test", "Reference electrode")
    return Table("Muscle by muscle", columns, (16, 8, 21, 19, 19, 17), rows)


def _landmarks(placements: Placements, letters: dict[str, str]) -> Listing:
    marks = placements.landmarks
    return Listing(tuple(Fact(f"{letter}  {marks[mark].title}", marks[mark].find) for mark, letter in letters.items()))


def _site_table(names: Sequence[str]) -> Table:
    old = {new: name for name, new in OLD_NAMES.items()}
    rows = []
    for name in names:
        known = standard_name(name) or name
        also = old.get(known, "") if known == name else known
        place = "ear" if known in EARS else region(known)
        rows.append(Row((Cell(name, strong=True), Cell(also), Cell(how_found(known)), Cell(words(place)))))
    return Table(
        "Electrodes", ("Electrode", "Also called", "How it is found", "Part of the head"), (16, 16, 48, 20), tuple(rows)
    )


def _steps(steps: Iterable[tuple[str, str]]) -> Listing:
    return Listing(tuple(Fact(title, text) for title, text in steps))
