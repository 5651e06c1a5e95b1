# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A first plan
#
# From tables to placements with reasons, on the town that ships with the project. The town is invented: 200 pupils, 60
# employers. Run it from this folder.

# %%
import matchmaker as mm

# %% [markdown]
# ## Read
#
# A region is a folder of tables. Everything that is wrong in any of them is told at once, by table, row and column.

# %%
region = mm.read_region("../data/fixtures/town")
region

# %%
try:
    mm.read_region("../data/fixtures/broken/decimal_comma")
except mm.InputFaults as error:
    print(error)

# %% [markdown]
# ## Match
#
# `match` carves positions out of tasks and places the whole region at once. With few `steps` it is quick and somewhat
# worse; without `steps` it takes as many as the size of the region asks. The plan shows itself: one row a placement,
# the summary below.

# %%
plan = mm.match(region, steps=20)
plan

# %% [markdown]
# The bound is proven: no plan that places as many pupils has more points. How far
# the best plan really lies below it is not known; the gap is the most that can be missing.

# %%
print(plan.summary())
assert plan.points <= plan.bound
assert plan.placed + len(plan.unplaced()) == plan.pupils == 200

# %%
frame = plan.to_frame()
frame[["pupil", "employer", "kind", "hours", "points"]].head()

# %% [markdown]
# ## Why
#
# The points of a placement are a sum that closes; every part has its sentence and the observations behind it.

# %%
pupil = plan.placements[0].pupil
print(plan.why(pupil))

# %%
assert all(sum(part.points for part in one.contributions) == one.points for one in plan.placements)

# %% [markdown]
# And why not: at every employer the first rule that leaves no position, counted; then who came nearest, with what is
# missing there.

# %%
print(plan.why(plan.unplaced()[0].pupil))

# %% [markdown]
# ## Carve and score
#
# The best positions for one pupil at one employer, when nobody else is placed:

# %%
best = mm.carve(region, pupil="p001", employer="e01", k=3)
best.to_frame()[["hours", "tasks", "points"]]

# %% [markdown]
# Any bundle of tasks can be weighed, allowed or not. Here somebody at the table asks: why not more hours of that first
# task?

# %%
task = next(iter(best[0].tasks))
tried = mm.score(region, pupil="p001", tasks={task: 40.0})
print(tried.points, "points")
for violation in tried.violations:
    print(f"{violation.rule}: {violation.text}")

# %% [markdown]
# ## And then?
#
# How many of each group are placed stands in the plan itself; `plan.fairness()` adds intervals and says what such
# figures cannot say. All the other questions that people ask about a plan are in `network_meeting.py`.

# %%
assert sum(group["placed"] for group in plan.groups["school"].values()) == plan.placed
plan.groups["school"]
