namespace LusEdge.TrainingTests;

/// <summary>Patients' clips and their index. They are not part of the repository; tests are skipped without them.</summary>
internal static class SharedClips
{
    /// <summary>Returns the index, or skips the test.</summary>
    public static string Index()
    {
        string folder = Environment.GetEnvironmentVariable("LUSEDGE_CLIPS") ?? Repository.File("../shared/data/lus");
        string index = Path.Combine(folder, "index.csv");
        Assert.SkipUnless(
            File.Exists(index), "the clips were not found: set LUSEDGE_CLIPS to their folder, or put it at ../shared/data/lus");
        return index;
    }
}
