"""The synthetic pilot: invented candidates, items and judges with a truth that is known.

`make_plan` says what is wanted, `World` draws it, `write_study` makes a folder of it. Every number
is in pilot.toml, every column in tables.toml, every item text in topics.toml. The modules:

what is wanted          plan, draws (small draws and types that all share)
who and what            cast (authorities, candidates, ability), items, bank (parameters, forms)
the digital test        clock (time), choosing (options), sitting, dirt (faulty records),
                        missing (gaps), response_tables
experts and standards   experts, expert_ratings, angoff, hofstee
practice and marking    raters, observations, scripts, timetable
what was said and done  endorsements, feedback, outcomes
later sittings          second_form, resits, retest
afterwards, all others  followup, workforce
the folder              world (all tables), truth, specs (study.toml), readme, write
"""
