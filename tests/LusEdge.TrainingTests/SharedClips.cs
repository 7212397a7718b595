namespace LusEdge.TrainingTests;

/// <summary>Patients' clips with their index. They are not part of the repository: where they are not beside it, tests are skipped.</summary>
internal static class SharedClips
{
    /// <summary>The index, or the test is skipped.</summary>
    public static string Index()
    {
        string folder = Environment.GetEnvironmentVariable("LUSEDGE_CLIPS") ?? Repository.File("../shared/data/lus");
        string index = Path.Combine(folder, "index.csv");
        Assert.SkipUnless(File.Exists(index), "the clips are not here: set LUSEDGE_CLIPS to their folder, or put it at ../shared/data/lus");
        return index;
    }
}
