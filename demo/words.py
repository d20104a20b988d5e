"""What the invented people write: paragraphs put together from sentences, so that pages look lived in."""

from __future__ import annotations

import random

_OPEN = (
    "I teach a group of twenty-six with very different starting points, and three of them joined us in the spring.",
    "This was my second try at it; the first, in September, taught me mostly what to leave out.",
    "We are a team of three in this grade, and I planned the sequence alone before I showed it to the others.",
    "My students know the routine of a warm-up, so I put the new part there, where a failure costs little.",
    "I chose a unit that had gone flat the year before, because there was something to gain.",
)
_MIDDLE = (
    "On the first day most answers were one word long. I wrote three sentence starters on the board and waited, and the second round was different.",
    "I had planned ten minutes and needed twenty. What I cut was my own explanation, and nobody missed it.",
    "Two students refused at first. I asked them to check the others' work against the list, and by the third lesson they wanted to be checked too.",
    "I counted: eleven of twenty-six changed their answer after talking to a partner, nine of them to a better one.",
    "The written feedback worked where it named the next step and did nothing where it only praised, which I had not wanted to believe.",
    "What surprised me was how exact their questions became once they had words for what they did not understand.",
    "I recorded where I stood in the room for one lesson. I had spent two thirds of it at the same four tables.",
    "Halfway through I stopped and asked what was getting in the way. The list they made is now on our wall, and we come back to it.",
)
_CLOSE = (
    "Next time I will begin with the example that goes wrong, since that is where the talk was.",
    "I will keep the routine and change the task, which was too easy to show anything.",
    "I still do not know how to reach the two who finish early, and I have asked a colleague to watch that part.",
    "It took three weeks until it ran without me, and I would tell anybody to plan for that.",
)
_MET = (
    "The plan, the samples and the reflection tell the same story, and the second sample shows the change.",
    "Clear and specific: I could teach from this tomorrow.",
    "You name what you looked for and what you did about it. The exit slips bear it out.",
    "Strong evidence; the annotation on the second page is what convinced me.",
)
_UNMET = (
    "I can see the activity but not yet what students understood by it. One annotated sample from before and one from after would show it.",
    "The descriptor asks for a decision based on what you saw. Please say what you changed on the second day, and why.",
    "The reflection describes the lesson; it does not yet weigh it. Which part would you keep, and what tells you so?",
    "Only one group's work is here. A second with another starting point would meet this criterion.",
)
_OVERALL = (
    "Thank you for the honest account. It was a pleasure to read.",
    "Careful work. The part about the second day stays with me.",
    "You are close. What is missing is small and, I think, already on your desk.",
    "A clear line from the aim to the evidence.",
)


def answer(draw: random.Random, least: int, most: int) -> str:
    """A few paragraphs of at least ``least`` and at most ``most`` words."""
    sentences = [draw.choice(_OPEN)]
    middle = list(_MIDDLE)
    draw.shuffle(middle)
    aim = least + (most - least) // 3
    position = 0
    while sum(len(s.split()) for s in sentences) < aim:
        sentences.append(middle[position % len(middle)])
        position += 1
    sentences.append(draw.choice(_CLOSE))
    words = sum(len(s.split()) for s in sentences)
    while words > most and len(sentences) > 1:
        words -= len(sentences.pop(-2).split())
    third = max(1, len(sentences) // 3)
    return "\n\n".join(" ".join(sentences[i : i + third]) for i in range(0, len(sentences), third))


def comment(draw: random.Random, met: bool) -> str:
    """A reviewer's note on one criterion."""
    return draw.choice(_MET if met else _UNMET)


def overall(draw: random.Random) -> str:
    """A reviewer's closing words."""
    return draw.choice(_OVERALL)
