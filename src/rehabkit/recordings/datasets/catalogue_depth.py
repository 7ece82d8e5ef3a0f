"""The catalogue's sets of hands, depth pictures and lying people.

Their compact forms were put together from other people's copies: homes, licences and citations are as those copies say
them or as remembered, and each text says which.
"""

from __future__ import annotations

from rehabkit.recordings.datasets.entries import DataFile, DataSet

_COPY = "only the compact form is read, with the pictures beside its table"
_ANNY = "Anny, a parametric body model of Naver Labs Europe, 2025; on MakeHuman's assets"

DEPTH_SETS = (
    DataSet(
        name="hgr1",
        title="HGR1, hand gestures with skin masks",
        home="https://sun.aei.polsl.pl/~mkawulok/gestures/",
        access="by hand",
        licence="research use with citation, as remembered; the page was not read, and the copy states none",
        citation="Kawulok, Kawulok, Nalepa, Smolka: Self-adaptive algorithm for segmenting skin regions. EURASIP J. "
        "Adv. Signal Process. 2014:170; as remembered, with Nalepa & Kawulok 2014 and Grzejszczak et al. 2016",
        holds="898 pictures of 27 gestures, skin marked by hand; all people have light skin",
        people=12,
        systems=("hand_gesture",),
        ships=False,
        folder="hands/hgr1",
        published=_COPY,
        files=(DataFile("index.csv", "d34ffd91b80f62926995fa047d9331c3c8a0e35d499957ea348b376413f9fd0e"),),
        trees=("images", "skin_masks"),
    ),
    DataSet(
        name="sign_digits",
        title="Sign Language Digits, Ankara Ayranci Anadolu High School",
        home="https://github.com/ardamavi/Sign-Language-Digits-Dataset",
        access="by hand",
        licence="Apache-2.0 (its repository)",
        citation="Mavi: A New Dataset and Proposed Convolutional Neural Network Architecture for Classification of "
        "American Sign Language Digits. arXiv:2011.08927, 2020",
        holds="ten signs before a plain wall; the compact form has half of it; people rebuilt from numbers",
        people=110,
        systems=("hand_gesture", "hand_mask"),
        ships=True,
        folder="hands/sign_digits",
        published=_COPY,
        files=(DataFile("index.csv", "7f997a7a8612736c8ee7bfc4caa6256e6dd01fd6329b8738d1eb1593de2ed6bf"),),
        trees=("images",),
    ),
    DataSet(
        name="anny_synth_hands",
        title="800 posed hands of Anny with labelled parts (simulated)",
        home="https://github.com/naver/anny",
        access="by hand",
        licence="Apache-2.0 (Anny), assets CC0 (MakeHuman), as its package states",
        citation=_ANNY,
        holds="right hands in 16 poses and at random, six parts and sixteen bones, true joints and rotations",
        people=None,
        systems=("hand_surface", "hand_mask"),
        ships=True,
        folder="hands/anny_synth_hands",
        published="made by a generator: only the compact form is read",
        files=(DataFile("anny_hands_800.npz", "3d20c2e29290311b8aa445bb1223b41a1927c0386ac22c4f9b19fb07de106918"),),
    ),
    DataSet(
        name="princeton_psb_hand",
        title="Princeton Segmentation Benchmark, category hand",
        home="https://segeval.cs.princeton.edu/",
        access="by hand",
        licence="academic benchmark on AIM@SHAPE's meshes, no clear right to pass them on",
        citation="Chen, Golovinskiy, Funkhouser: A Benchmark for 3D Mesh Segmentation. ACM Trans. Graphics 28(3), 2009",
        holds="twenty meshes, scanned and modelled, cut into parts by people; without unit or side",
        people=None,
        systems=("hand_surface",),
        ships=False,
        folder="hands/princeton_psb_hand",
        published="meshes 181 to 200 and their segmentations: only the compact form, which names the parts, is read",
        files=(DataFile("hands20_semantic.npz", "bec6525180fcde57ffb73d78e0d05cf6ebaa9922cda4e409a2f70e1fc9d4c6a0"),),
    ),
    DataSet(
        name="sr305_depth_lada",
        title="hand-recognition, depth pictures of a hand by a RealSense SR305",
        home="https://github.com/LadaOndris/hand-recognition",
        access="by hand",
        licence="MIT (its repository)",
        citation="LadaOndris: hand-recognition, software and data, 2021",
        holds="19 raw pictures of two sequences; no joints",
        people=1,
        systems=("hand_surface",),
        ships=True,
        folder="hands/sr305_depth_lada",
        published="the repository, of which datasets/custom is read",
        files=(
            DataFile(
                "datasets/custom/annotations.txt", "d4de19ebb5b8fce0fd6c59f5b4f6215838369fa7f0bfb69101f3badd1c71a4d6"
            ),
        ),
        trees=("datasets/custom/20210326-230536", "datasets/custom/20210326-231615"),
    ),
    DataSet(
        name="webxr_generic_hand",
        title="WebXR generic hands, rigged meshes",
        home="https://github.com/immersive-web/webxr-input-profiles",
        access="by hand",
        licence="MIT (its package)",
        citation="WebXR Input Profiles, Amazon and the Immersive Web Community Group, 2019",
        holds="one shape, left and right, 25 joints with a skin",
        people=None,
        systems=("hand_surface",),
        ships=True,
        folder="hands/webxr_generic_hand",
        published="generic-hand and generic-fixed-hand of the package's assets, renamed",
        files=(
            DataFile("generic_hand_left.glb", "bc67783144944ea1cda54d9247885825ea5fb9d4651469fe7d00be517a5c2b87"),
            DataFile("generic_hand_right.glb", "291790c14f7f88a7f9bd35330c47392ed8e8d395ae6728f4bb7089f1bc1f2b96"),
            DataFile(
                "fixed_hand_left.glb", "f9851355062ca3515455812cc0841bedcc93629da47472aedaf526ca79570e89", "", False
            ),
            DataFile(
                "fixed_hand_right.glb", "161713dd30976e54f1901b8e332ef65c9c316ff34d46e62cb20ab705637aa0ee", "", False
            ),
        ),
    ),
    DataSet(
        name="anny_synth_rgbd",
        title="219 rendered depth pictures of lying people (simulated pictures, real poses)",
        home="https://github.com/pgrady3/SLP-3Dfits",
        access="by hand",
        licence="poses of SLP-3Dfits (research; SMPL is non-commercial), bodies Apache-2.0 and CC0 (Anny)",
        citation=f"{_ANNY}; the poses: Clever, Grady, Turk, Kemp: BodyPressure. IEEE TPAMI, 2022; Liu et al.: "
        "Simultaneously-Collected Multimodal Lying Pose Dataset. IEEE TPAMI, 2022; as remembered",
        holds="depth, colour, 16 joints with visibility, parts of the body; supine, side and prone; no blankets",
        people=69,
        systems=("lying_pose", "lying_points"),
        ships=False,
        folder="lying/anny_synth_rgbd",
        published="rendered from SLP-3Dfits: only the compact form is read, with depth and rgb beside its table",
        files=(
            DataFile("index.csv", "fe43f32754fc6ca6c65132d4e37199a00d263fa19941898b8624390e926838b5"),
            DataFile("labels.npz", "dc4da67647fe945986424c92180d708c69e41a3f1dd990d3b07aa36a7c5b1c33"),
        ),
        trees=("depth", "rgb"),
    ),
    DataSet(
        name="slp3dfits",
        title="SLP-3Dfits, body models fitted to lying people",
        home="https://github.com/pgrady3/SLP-3Dfits",
        access="by hand",
        licence="MIT-style with SMPL's non-commercial notice; the pictures of SLP need a signed agreement",
        citation="Clever, Grady, Turk, Kemp: BodyPressure. IEEE TPAMI, 2022; Liu et al.: Simultaneously-Collected "
        "Multimodal Lying Pose Dataset. IEEE TPAMI, 2022; as remembered",
        holds="4590 poses of SMPL, supine and on both sides; no pictures",
        people=102,
        systems=("lying_pose",),
        ships=False,
        folder="lying/slp3dfits",
        published="the repository's fits: only the compact form is read",
        files=(DataFile("slp3dfits.npz", "5da83e96dc2240519cd123bd097e04a03450e687888ed7dd0bcfb497a530ccf1"),),
    ),
    DataSet(
        name="azure_kinect_mkv",
        title="pyk4a's recording of an Azure Kinect",
        home="https://github.com/etiennedub/pyk4a",
        access="by hand",
        licence="MIT (its repository)",
        citation="pyk4a, software and test data, 2020",
        holds="one moment: colour, depth, infrared, calibration; nobody in it",
        people=None,
        systems=(),
        ships=True,
        folder="lying/azure_kinect_mkv",
        published="tests/assets of the repository: recording.mkv",
        files=(DataFile("recording.mkv", "4f5c7ae97add41062dc1cd5d8f70355895552ac18f7e4fb0ff957cf087d1b266"),),
    ),
    DataSet(
        name="inbed_ir_mannequin",
        title="In-bed infrared pictures of a mannequin",
        home="https://github.com/ostadabbas/in-bed-pose-estimation",
        access="by hand",
        licence="BSD-3-Clause (its repository)",
        citation="Liu, Yin, Ostadabbas: In-Bed Pose Estimation: Deep Learning With Shallow Dataset. IEEE J. Transl. "
        "Eng. Health Med. 7, 2019; as remembered",
        holds="12 pictures, nine with a drawn box; no labels, no depth",
        people=None,
        systems=("lying_pose",),
        ships=True,
        folder="lying/inbed_ir_mannequin",
        published="testing/sample_image and results of the repository, scaled down",
        files=(
            *(DataFile(f"WIN_20170331_{time}_Pro.jpg", needed=False) for time in ("18_18_28", "18_28_14", "18_30_21")),
            *(DataFile(f"ori0002{number}.jpg", needed=False) for number in (*range(71, 80),)),
        ),
    ),
)
