using LusEdge.Training.Fit;
TorchLibrary.MakeLoadable();
Run();
static void Run()
{
    using var t = new Trainer(new FitSettings { Images = 24 * 12 });
    for (int i = 0; i < 12; i++)
    {
        var w = System.Diagnostics.Stopwatch.StartNew();
        float l = t.Advance();
        Console.WriteLine($"{i} {l} {w.Elapsed.TotalSeconds:f2}s");
    }
    Directory.CreateDirectory("/tmp/ck");
    t.Save("/tmp/ck");
    t.Resume("/tmp/ck", 3);
}
