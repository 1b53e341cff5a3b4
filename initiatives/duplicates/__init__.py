"""Finding likely duplicates among millions: fingerprints of texts, the look-up, and what two texts have in common.

May import models and what is below. Who decides on a pair, and how it is shown, is `review/twins*`.
"""
