namespace LusEdge.Tests.House;

public sealed class FolderCircleTests
{
    [Fact]
    public void A_circle_of_three_is_found_and_printed() =>
        Assert.Equal("B -> C -> D -> B", FolderCircle.Find([("A", "B"), ("B", "C"), ("C", "E"), ("C", "D"), ("D", "B")]));

    [Fact]
    public void Two_ways_to_the_same_folder_are_no_circle() =>
        Assert.Null(FolderCircle.Find([("A", "B"), ("A", "C"), ("B", "D"), ("C", "D")]));
}
