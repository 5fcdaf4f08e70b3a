"""The parts of a plan: what is heard and what is seen; compiler/plan.py is the door to both."""
