"""The parts of a plan, sound and picture; compiler/plan.py is the door to both."""
