"""Tuples of features as text, and published ones without what was not tested."""

from provenet.identification.features import tuple_of_text, without_untested_fields


def test_tuples_as_text() -> None:
    text = "False,i1,i1,i1,False,False,False,False,64,64,64,56,56,56,True"
    assert tuple_of_text(text) == tuple(text.split(","))
    assert tuple_of_text("False,x,*,-1,None,,,,64,64,64,84,40,56")[:9] == ("False", *[None] * 7, "64")
    # A layout that nobody knows shows nothing, rather than something else.
    assert set(tuple_of_text("1,2,3")) == {None}


def test_published_tuples_without_what_was_not_tested() -> None:
    shipped = "False,i,i,i,True,True,True,True,255,255,255,84,40,56"
    assert without_untested_fields(shipped) == "False,i,i,i,,,,,255,255,255,84,40,56,"
    assert without_untested_fields(shipped.replace("True", "False")) == "False,i,i,i,,,,False,255,255,255,84,40,56,"
