"""What is said and answered aloud: sentences, replies and answers, in the languages of the household.

language   what every language has to bring      answers   what somebody said when asked back
languages  one file per language                 phrases   covert phrases, known by their digest only
"""
