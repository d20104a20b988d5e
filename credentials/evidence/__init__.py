"""Evidence: what a teacher hands in to show that she can do something, from the first word to the released outcome.

Owns submissions, their versions, texts and files, and the cleaning of files. It never knows who reviews (that is `review`) or what
an award is worth. Nobody who evaluates a teacher sees her evidence here.
"""
