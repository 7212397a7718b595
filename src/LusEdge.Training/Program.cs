using LusEdge.Training.Phantom;

var renderer = new PhantomRenderer();
var c = ScanConverter.Convex(256, 256, 0.6f, 0.25f);
var l = ScanConverter.Linear(256, 256, 0.1f);
int rows = 4;
var sheet = new byte[256 * 7 * 256 * rows];
var pic = new byte[256 * 256];
for (int r = 0; r < rows; r++)
for (int g = 0; g < 7; g++)
{
    var scene = new PhantomScene(Appearance.Grades[g], (ulong)(r * 10 + g));
    var conv = r == 3 ? l : c;
    conv.Convert(renderer.Render(scene, 1, new SeededRandom(1)), pic);
    for (int y = 0; y < 256; y++) pic.AsSpan(y * 256, 256).CopyTo(sheet.AsSpan((r * 256 + y) * 256 * 7 + g * 256));
}
var sc = new PhantomScene(Appearance.Grades[4], 3);
var w = System.Diagnostics.Stopwatch.StartNew();
for (int i = 0; i < 100; i++) c.Convert(renderer.Render(sc, i / 25f, new SeededRandom(1)), pic);
Console.WriteLine(w.Elapsed.TotalMilliseconds / 100);
await using var e = FFmpegEncoder.Picture(args[0], 256 * 7, 256 * rows);
await e.WriteAsync(sheet, default);
await e.FinishAsync(default);
