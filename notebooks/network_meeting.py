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
# # A network meeting
#
# Two or three times a year schools, the employer service point and the municipality sit together and go through the
# pupils: the *netwerkbespreking*. The plan is where the talk starts, not where it ends. This notebook is such a meeting
# on the town that ships with the project; everything in it is invented. It asks in English; every answer is there in
# Dutch with `language="nl"`.

# %%
import matchmaker as mm

# %%
region = mm.read_region("../data/fixtures/town")
plan = mm.match(region, steps=5)
print(plan.summary())

# %% [markdown]
# With so few `steps` the plan is a quick one, and not proved to be the best. Every answer below says what it can prove.
#
# ## One pupil
#
# The teacher starts with somebody who is placed: why there?

# %%
pupil = plan.placements[3].pupil
print(plan.why(pupil))

# %% [markdown]
# Where else could this pupil go, when everybody else adapts? Each alternative comes with what it costs the whole plan.

# %%
alternatives = plan.alternatives(pupil, k=2)
alternatives

# %% [markdown]
# Who else wanted this work?

# %%
plan.contested(pupil)

# %% [markdown]
# And the employer that the parents asked for? Either the hard reasons, all of them, or what it would cost and who would
# move.

# %%
print(plan.why_not(pupil, "e05"))

# %% [markdown]
# ## A pupil without a place
#
# First why not; then the smallest changes that would open work.

# %%
waiting = plan.unplaced()[0].pupil
print(plan.why(waiting))

# %%
print(plan.unlocks(waiting).summary())

# %% [markdown]
# ## One company
#
# The account manager knows an employer who may take one more. Which employers are worth that call, and what kind of
# work would help that nobody offers yet? The call list is priced by the plan's own prices, with a bound.

# %%
openings = plan.openings()
print(openings.summary())

# %% [markdown]
# Say the first employer on the list agrees. Two plans subtract: who moves, and what it changes. Neither plan is proved
# to be the best, so the difference is what was found and not the worth of the place; what is proved stands in the list
# above.

# %%
employer = openings.places[0].employer
more = plan.what_if(mm.places(employer, +1), steps=5)
more - plan

# %% [markdown]
# ## Decisions
#
# People decide. Here the meeting agrees on two things: one pupil goes to the best alternative above, another does not
# go back to the employer of the plan. Both are kept, and the rest is planned around them.

# %%
other = plan.placements[10]
decided = plan.what_if(
    mm.places(employer, +1), mm.force(pupil, alternatives[0].employer), mm.refuse(other.pupil, other.employer), steps=5
)
assert decided.placement(pupil).employer == alternatives[0].employer
assert decided.placement(other.pupil) is None or decided.placement(other.pupil).employer != other.employer
decided - plan

# %% [markdown]
# ## What to watch next week
#
# Where knowledge is thin *and* another level would change the plan: one observation each.

# %%
print(plan.observations_to_make(most=3).summary())

# %% [markdown]
# How often does each placement survive when the levels are drawn from what is known?

# %%
robustness = plan.robustness(draws=5)
print(robustness.summary())

# %% [markdown]
# ## Is it fair?
#
# A count beside every rate, an interval beside every mean, and a paragraph on what the figures cannot say. Any grouping
# can be brought along; here, who needs more than two hours of support a week.

# %%
support = {one.id: "more than 2 h" if one.support_hours > 2 else "up to 2 h" for one in region.pupils}
fairness = plan.fairness(by={"support": support})
fairness

# %%
print(fairness.summary(language="nl"))

# %% [markdown]
# ## The plan that goes out
#
# Most pupils have been told where they may start. The final plan keeps to the decisions of today and moves a pupil only
# where that gains the whole plan at least 200 points.

# %%
final = mm.match(decided.region, previous=plan, move_cost=200, steps=5)
elsewhere = {
    name: [move.pupil for move in (other_plan - plan).moves if move.before and move.after and move.before != move.after]
    for name, other_plan in {"moving is free": decided, "a move has to pay": final}.items()
}
for name, pupils in elsewhere.items():
    print(f"{len(pupils)} pupils go to another employer when {name}.")
final - plan

# %%
assert final.placement(pupil).employer == alternatives[0].employer
assert final.placed + len(final.unplaced()) == final.pupils
print(final.summary())
