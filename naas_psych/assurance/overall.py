"""The whole argument in a few plain sentences that name its weakest step."""

from __future__ import annotations

from collections.abc import Sequence

from naas_psych.assurance.argument import Inference, weakest

#: Of one step, why it is the weakest, in so many lines.
_LINES = 2
#: What may be said of several steps that are equally weak.
_OF_MANY = {
    "none": "What was examined speaks against them, or nothing was examined.",
    "weak": "Not all that they need has been shown.",
    "partial": "All that they need is shown, but some of it only in part.",
}


def overall(steps: Sequence[Inference]) -> tuple[str, ...]:
    """What holds, which step is weakest and why, and which others are not shown in full."""
    held = [step for step in steps if step.strength in ("partial", "strong")]
    said = [_sentence(pair) for pair in (held[:2], held[2:]) if pair]
    if not held:
        said.append("No step from answers to decisions is well supported yet.")
    if all(step.strength == "strong" for step in steps):
        return (*said, "Every step has what it needs; keep checking each time the test is used.")
    weak = weakest(steps)
    said += [_named(weak, len(steps)), *_why(weak)]
    others = [step for step in steps if step not in held and step not in weak]
    if others:
        said.append(f"Not fully shown either: the {_step(others)} {_listed(_to(others))}.")
    return tuple(said)


def _why(weak: Sequence[Inference]) -> list[str]:
    """What speaks against the weakest step; else what is not shown, or only in part."""
    if len(weak) > 1:
        return [_OF_MANY[weak[0].strength]]
    needs = weak[0].needs
    for backings, before in (
        (("against",), ""),
        (("unexamined", "open"), "Not shown: that "),
        (("part",), "Shown only in part: that "),
    ):
        lines = [line for line in needs if line.backing in backings][:_LINES]
        if lines:
            return [before + (_small(one.warrant) if before else one.rebuttal) for one in lines]
    return []


def _small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _sentence(held: Sequence[Inference]) -> str:
    text = " and ".join(step.words[step.strength] for step in held)
    return f"{text[:1].upper()}{text[1:]}."


def _named(weak: Sequence[Inference], of: int) -> str:
    if len(weak) == of:
        return "No step is weaker than the others."
    verb = "is" if len(weak) == 1 else "are"
    return f"The weakest {_step(weak)} {verb} {_listed(_from_to(weak))}."


def _step(steps: Sequence[Inference]) -> str:
    return "step" if len(steps) == 1 else "steps"


def _from_to(steps: Sequence[Inference]) -> list[str]:
    return [step.from_to for step in steps]


def _to(steps: Sequence[Inference]) -> list[str]:
    """`to practice`: where they lead."""
    return ["to " + step.from_to.partition(" to ")[2] for step in steps]


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
