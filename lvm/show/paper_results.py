"""Tables 2 and 4 of the paper: measured on its patients, not on this project's cohort."""

import pandas as pd

SOURCE = "Pan 2026, Eur Heart J Digital Health 7(1):ztaf122; CT cohort of 1,459 patients"


def input_sets() -> pd.DataFrame:
    """Table 2: what each set of inputs adds."""
    return pd.DataFrame(
        [
            ("ECG only", "19.22 ± 0.91 g", "17.39 ± 1.39 %"),
            ("Model 1: ECG, age, sex, height, weight", "14.56 ± 0.53 g", "13.03 ± 1.00 %"),
            ("Model 2: model 1, axes and QRS duration", "14.33 ± 0.71 g", "12.90 ± 1.12 %"),
        ],
        columns=["Inputs", "Mean absolute error", "Mean absolute percentage error"],
    )


def by_sex() -> pd.DataFrame:
    """Table 4: mean absolute error of the networks trained on everybody, on men and on women."""
    return pd.DataFrame(
        [
            ("ecgAI", "21.28 g", "23.93 ± 0.29 g", "15.92 ± 1.13 g"),
            ("LVM-AI", "19.51 g", "21.13 ± 1.06 g", "13.33 ± 1.45 g"),
            ("eLVMass-Net, model 1", "14.56 g", "16.41 ± 0.63 g", "11.12 ± 0.63 g"),
            ("eLVMass-Net, model 2", "14.33 g", "16.05 ± 0.75 g", "11.02 ± 0.71 g"),
        ],
        columns=["Model", "Not sex-specific", "Men", "Women"],
    )
