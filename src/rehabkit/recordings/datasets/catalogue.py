"""The public data sets that rehabkit's systems are made from: where each lives, its licence, what it holds.

Homes, licences and citations were looked up on the sets' own pages, papers and repositories; where one could not be
confirmed, its text says so. The files and checksums are those of the compact form that rehabkit reads. A set in its
published layout is turned into that form by ``rehabkit data import``.
"""

from __future__ import annotations

from collections.abc import Mapping

from rehabkit.errors import InputError
from rehabkit.recordings.datasets.catalogue_depth import DEPTH_SETS
from rehabkit.recordings.datasets.entries import DataFile, DataSet

_FORM = "https://raw.githubusercontent.com/NgoQuocBao1010/Exercise-Correction/main/core"

_UIPRMD = DataSet(
    name="uiprmd",
    title="UI-PRMD, University of Idaho Physical Rehabilitation Movement Data",
    home="https://webpages.uidaho.edu/ui-prmd/",
    access="by hand",
    licence="ODC PDDL 1.0, public domain (stated in the paper; the home page was reported unreachable in 2026)",
    citation="Vakanski, Jun, Paul, Baker: A Data Set of Human Body Movements for Physical Rehabilitation Exercises. "
    "Data 3(1):2, 2018. doi:10.3390/data3010002",
    holds="ten exercises, ten repetitions each, correct and simulated-incorrect, Kinect v2 and Vicon",
    people=10,
    systems=("pose_matching", "movement_recognition", "movement_quality"),
    ships=True,
    folder="exercise/uiprmd",
    published="'Segmented Movements' and 'Incorrect Segmented Movements', each with Kinect and Vicon, each with "
    "Positions and Angles: m01_s01_e01_positions.txt (_positions_inc.txt), which may be gzipped",
    files=(
        DataFile("meta.csv", "584d72944e1ecd2f9c9b8c3fb4d39b73f7c09ec61e5b00a80cc4ce6c9ce64551"),
        DataFile("kinect_world.npz", "31ec331db2ab1e28351fc6ba020b1d67b53fce82b2873c4ab8b536944b58d079"),
        DataFile("vicon_25hz.npz", "93e077d31e69140c3c26faa398e8c169cacd49910394085b112bf3a0fc16c490"),
    ),
)

_KIMORE = DataSet(
    name="kimore",
    title="KIMORE, Kinematic Assessment of Movement and Clinical Scores for Remote Monitoring of Rehabilitation",
    home="https://vrai.dii.univpm.it/content/kimore-dataset",
    access="agreement",
    licence="research use with citation, as remembered; the terms of its page were not read",
    citation="Capecci, Ceravolo, Ferracuti, Iarlori, Monteriù, Romeo, Verdini: The KIMORE Dataset. IEEE Trans. Neural "
    "Syst. Rehabil. Eng. 27(7):1436-1448, 2019. doi:10.1109/TNSRE.2019.2923060",
    holds="five exercises of patients and controls seen by a Kinect v2, scored by clinicians (0 to 50)",
    people=78,
    systems=("movement_quality",),
    ships=False,
    folder="exercise/kimore_partial",
    published="CG and GPP, then group, person and Es1 … Es5, each with Raw (JointPosition*.csv, TimeStamp*.csv) and "
    "Label (ClinicalAssessment_*.xlsx)",
    files=(
        DataFile("clinical_scores.csv", "73ba39338472d46a7e86b791f19709172a9676cbfc4df651bcca9dade5fe2adb"),
        DataFile(
            "segmentation_marks.csv", "71fc7e538120302b35053bbb87efd45bbf09ecf46a38cb9bd333b60e3b4c026d", needed=False
        ),
        DataFile(
            "segmentation_signals.npz", "a7ce12104cca23cebca44d2a2bae3f6491d61a8656d6a06a6ddf2306fd0f0afa", needed=False
        ),
        DataFile("skeletons.npz", needed=False),
        DataFile(
            "skeleton_samples.npz", "cfd5526c94fbab20426be3faf71f5a30cd7f840ab456907756ae02f970c101e0", needed=False
        ),
    ),
)

_IRDS = DataSet(
    name="irds",
    title="IntelliRehabDS, IRDS",
    home="https://zenodo.org/record/4610859",
    access="by hand",
    licence="CC BY 4.0, as the set's users state; its Zenodo page was not read",
    citation="Miron, Sadawi, Ismail, Hussain, Grosan: IntelliRehabDS (IRDS), A Dataset of Physical Rehabilitation "
    "Movements. Data 6(5):46, 2021. doi:10.3390/data6050046",
    holds="nine gestures of 15 patients and 14 controls seen by a Kinect, labelled correct or not",
    people=29,
    systems=(),
    ships=False,
    folder="exercise/irds",
    published="SkeletonData with RawData and Simplified: 303_18_4_10_1_stand.txt (person, date, gesture, repetition, "
    "correct 1 or incorrect 2 or poor 3, position)",
    files=(DataFile("irds.npz"),),
)

_KERAAL = DataSet(
    name="keraal",
    title="Keraal, low back pain rehabilitation",
    home="http://nguyensmai.free.fr/KeraalDataset.html",
    access="by hand",
    licence="CC BY-NC-SA (its home page)",
    citation="Nguyen, Devanne, Remy-Neris, Lempereur, Thépaut: A Medical Low-Back Pain Physical Rehabilitation "
    "Dataset for Human Body Movement Analysis. IJCNN 2024, arXiv:2407.00521",
    holds="three exercises of 12 patients and 9 healthy people: Kinect, Vicon, OpenPose, AlphaPose, BlazePose",
    people=21,
    systems=(),
    ships=False,
    folder="exercise/keraal_sample",
    published="group1A … group3, each with kinect, vicon, openpose, alphapose, blazepose: "
    "G3-Kinect-CTK-P1T1-Unknown-C-0.txt; or the sample from the same page",
    files=tuple(
        DataFile(
            f"G3-{system}-{exercise}-P1T1-Unknown-C-0.{'txt' if system in ('Kinect', 'Vicon') else 'json'}.gz",
            sum_,
            needed=False,
        )
        for system, sums in {
            "AP": (
                "47fe3c8e351736f7a2695eca8e0fdae7b5e6c39d4a5b2968977ac98b5ad5a4da",
                "1a74d50d32d82a4c3a4c11aee8a1befb4c2c0d3e750afc16349224312c04602a",
                "3dba24cfa3ac86262ced4aa8672156e6588a8571e6054d2da59b7babd57a391b",
            ),
            "BP": (
                "aca343b3b9073f22db8b67e31014a3b50a9b05f3aef27b44d340779f814b96d0",
                "e7147b906dacdea16408391dbb89d3ad6d6d8293cfb5c89d8ff33b08b7432766",
                "9d482d1748926ebf9f6b9ece4ecc783b4945d4e7a8e89da098a6990bd99d1a4e",
            ),
            "Kinect": (
                "9b562d1e324279c13bac2c736f2a9c95c3df5cae422daec5e143481b7ec3d5a4",
                "d2147e20abdc96b90a0deacaa8a2acfffb9d550f84230cc5b34b602bdc3c3054",
                "5aceee4a59d5cc7504e9053010814bcef66385c27ddd834ae246e92b6f0d2d84",
            ),
            "OP": (
                "b401a2a146bd271332319723aa9f422b1ed83646c986d32a10a83819878c5277",
                "8dc3c08958b6f5a0d34cd24a6d5c38adeb77253bd901ca023aedc05c2ac20d4a",
                "20a39715df2601b14b9f7e0e275ccb6f56b7c6cd683fe49336ab1dd6839af72a",
            ),
            "Vicon": (
                "038cc11d2867c835f94a452bea30aa108931a3949d3f4778cf897b7f4f009af2",
                "5885f5fb6393b30de46c03194d1ebce2dcb7aeb8b4483414f27b6c4a88f15546",
                "289cef9dc74e5862091b6755aa80173b7c678aff29e30ac6bea64e1afca0cd55",
            ),
        }.items()
        for exercise, sum_ in zip(("CTK", "ELK", "RTK"), sums, strict=True)
    ),
)

_SPAR = DataSet(
    name="spar",
    title="SPAR, Shoulder Physiotherapy Activity Recognition",
    home="https://github.com/dmbee/SPAR-dataset",
    access="by hand",
    licence="not stated in the parts of its repository that were read; half of it ships in seglearn under BSD-3-Clause",
    citation="Burns, Leung, Hardisty, Whyne, Henry, McLachlin: Shoulder physiotherapy exercise recognition: machine "
    "learning the inertial signals from a smartwatch. Physiol. Meas. 39(7):075007, 2018. doi:10.1088/1361-6579/aacfd9",
    holds="seven shoulder exercises, a watch on the wrist at 50 Hz; the compact form has 10 of the 20 people",
    people=20,
    systems=("exercise_imu",),
    ships=True,
    folder="exercise/spar_watch_imu",
    published="csv: S1_E0_R.csv (person, exercise, side), columns ax ay az (g) and wx wy wz (rad/s)",
    files=(DataFile("spar_subset.npz", "b6f61243f390c731cc17465bccd593925d43b83cc77f4884ee36a3ef1134d020"),),
)

_MEDIAPIPE_FORM = DataSet(
    name="mediapipe_form",
    title="Exercise-Correction, MediaPipe landmarks with labels of form errors",
    home="https://github.com/NgoQuocBao1010/Exercise-Correction",
    access="direct",
    licence="MIT (its repository)",
    citation="Ngo Quoc Bao: Exercise-Correction, software and data, 2022",
    holds="single frames of squat, lunge, curl and plank; no people named, no time",
    people=None,
    systems=(),
    ships=True,
    folder="exercise/mediapipe_form",
    published="core of the repository: squat_model/train.csv and the like",
    files=(
        DataFile(
            "bicep_model_test.csv.gz",
            "81143724e6e6c7a7023746a7ef6a92b4d04983c7ad807fcc956624c7790009ad",
            f"{_FORM}/bicep_model/test.csv",
        ),
        DataFile(
            "lunge_model_err.test.csv.gz",
            "d37d125038bd900d1e1a2028dc85adb89c539b7266825abdc7f8da78aab3f726",
            f"{_FORM}/lunge_model/err.test.csv",
        ),
        DataFile(
            "lunge_model_stage.test.csv.gz",
            "ea0ab6e8e5ea5eec9b75ebb5bc846b606754f92549ca182621e37aa3cc01387e",
            f"{_FORM}/lunge_model/stage.test.csv",
        ),
        DataFile(
            "plank_model_test.csv.gz",
            "e166900c264a8e886005134ebd035ae9e725cf26c0ea4c2f3565857c27e43fd9",
            f"{_FORM}/plank_model/test.csv",
        ),
        DataFile(
            "squat_model_test.csv.gz",
            "2a53ff75b995056a781f53be5cfa7f38237c8c9d7a936ceed597a46345924aca",
            f"{_FORM}/squat_model/test.csv",
        ),
        DataFile(
            "squat_model_train.csv.gz",
            "63d88d1c77d4b1bfbefe17e2d7652cfd7884b6c5f86eebeadb01e64e06915c97",
            f"{_FORM}/squat_model/train.csv",
        ),
    ),
)

_UCI_LOWER_LIMB = DataSet(
    name="uci_lower_limb",
    title="EMG Dataset in Lower Limb",
    home="https://archive.ics.uci.edu/dataset/278/emg+dataset+in+lower+limb",
    access="by hand",
    licence="CC BY 4.0, as remembered of its UCI page; the page was not read",
    citation="Sanchez, Sotelo, Gonzales, Hernandez: EMG Dataset in Lower Limb. UCI Machine Learning Repository, 2014. "
    "doi:10.24432/C5ZW3H",
    holds="surface EMG of four thigh muscles and the knee's angle at 1000 Hz in gait, standing flexion and sitting "
    "extension, eleven men with a knee abnormality and eleven without, one of these recorded twice",
    people=21,
    systems=("joint_intention", "knee_pain"),
    ships=True,
    folder="bio/uci_lower_limb",
    published="N_TXT and A_TXT: 1Nmar.txt, 1Npie.txt, 1Nsen.txt (gait, standing, sitting), columns RF BF VM ST and FX",
    files=(DataFile("uci_lower_limb_1000hz.npz", "52eabfc1fdd038023d0da3719ae4669832d9d28e86886af33816ce461721c414"),),
)

_EEGMMIDB = DataSet(
    name="eegmmidb",
    title="EEG Motor Movement/Imagery Dataset",
    home="https://physionet.org/content/eegmmidb/1.0.0/",
    access="by hand",
    licence="ODC-By 1.0, as remembered of its page; a copy on OpenNeuro (ds004362) is marked CC0",
    citation="Schalk, McFarland, Hinterberger, Birbaumer, Wolpaw: BCI2000: a general-purpose brain-computer interface "
    "system. IEEE Trans. Biomed. Eng. 51(6):1034-1043, 2004. doi:10.1109/TBME.2004.827072; and Goldberger et al.: "
    "PhysioBank, PhysioToolkit, and PhysioNet. Circulation 101(23):e215-e220, 2000",
    holds="64 electrodes at 160 Hz, fourteen runs of executed and imagined movements of fists and feet a person",
    people=109,
    systems=("recovery_prognosis",),
    ships=True,
    folder="bio/physionet_eegmmidb_S001",
    published="S001 to S109, each with S001R01.edf to S001R14.edf; any part of it",
    files=tuple(DataFile(f"S001R{run:02d}.edf", needed=False) for run in range(1, 15)),
)

_MI_OPENBCI = DataSet(
    name="mi_openbci",
    title="MI-OpenBCI, motor imagery with a consumer-grade amplifier",
    home="https://github.com/vpeterson/MI-OpenBCI",
    access="by hand",
    licence="MIT (its repository)",
    citation="Peterson, Galván, Hernández, Spies: A feasibility study of a complete low-cost consumer-grade "
    "brain-computer interface system. Heliyon 6(3):e03425, 2020. doi:10.1016/j.heliyon.2020.e03425",
    holds="15 electrodes at 125 Hz, right hand and rest; the compact form has the practice run R0, ten trials a person",
    people=10,
    systems=("recovery_prognosis",),
    ships=True,
    folder="bio/mi_openbci_R0",
    published="OpenViBE's .ov files, which are not read: only the compact form is",
    files=(DataFile("eeg_R0_10subj.npz", "75b973bbe5d3d636992960488613c1102ac80023f7b528d463411ec1eca9283e"),),
)

_STROKE_LIU2024 = DataSet(
    name="stroke_liu2024",
    title="Motor imagery EEG of acute stroke patients: derived features",
    home="https://doi.org/10.6084/m9.figshare.21679035",
    access="by hand",
    licence="the EEG CC BY 4.0 (its NEMAR page); the repository that derived these features states none",
    citation="Liu, Wei, Wang et al.: An EEG motor imagery dataset for brain computer interface in acute stroke "
    "patients. Sci. Data 11:131, 2024. doi:10.1038/s41597-023-02787-8",
    holds="measures of 20 windows of 8 s of each of 27 patients, and their baseline NIHSS, MBI and mRS; no recovery",
    people=27,
    systems=("recovery_prognosis",),
    ships=False,
    folder="bio/stroke_liu2024_derived",
    published="the EEG, from which these features can't be made again: only the compact form is read",
    files=(
        DataFile("windows_540x29_features.npz", "1c77f0ac04c751850fac3e010642c0ef370c7b8bd24f8122d53c830d7cbfda60"),
        DataFile("participants.tsv", "40e7e4310857842cda7ec107b54175f80d85b7a9efc146f6927d72d3f945a959", needed=False),
    ),
)

DATA_SETS: Mapping[str, DataSet] = {
    one.name: one
    for one in (
        *(_UIPRMD, _KIMORE, _IRDS, _KERAAL, _SPAR, _MEDIAPIPE_FORM),
        *(_UCI_LOWER_LIMB, _EEGMMIDB, _MI_OPENBCI, _STROKE_LIU2024),
        *DEPTH_SETS,
    )
}
"""Every data set by the name that the command line uses."""


def find(name: str) -> DataSet:
    """The data set of this name.

    Raises
    ------
    InputError
        If there is none.

    Examples
    --------
    >>> find("uiprmd").people
    10
    """
    if name not in DATA_SETS:
        raise InputError(
            f"data set must be one of {', '.join(DATA_SETS)}, got {name!r}; `rehabkit data list` shows them"
        )
    return DATA_SETS[name]
