"""The words: framework, pupil, employer, function, task, region, policy. Frozen, and checked once."""

from __future__ import annotations

from matchmaker.model.framework import Dimension, Framework, default_framework
from matchmaker.model.moments import HOURS_A_MOMENT, MOMENTS, WEEKDAYS, moments_mask, moments_names
from matchmaker.model.policy import Policy
from matchmaker.model.region import Region
from matchmaker.model.table import Table
from matchmaker.model.vocabulary import Vocabulary, vocabulary
from matchmaker.model.words import TABLES, Decision, Demand, Employer, Function, Observation, Pupil, Task, Word

__all__ = [
    "HOURS_A_MOMENT",
    "MOMENTS",
    "TABLES",
    "WEEKDAYS",
    "Decision",
    "Demand",
    "Dimension",
    "Employer",
    "Framework",
    "Function",
    "Observation",
    "Policy",
    "Pupil",
    "Region",
    "Table",
    "Task",
    "Vocabulary",
    "Word",
    "default_framework",
    "moments_mask",
    "moments_names",
    "vocabulary",
]
