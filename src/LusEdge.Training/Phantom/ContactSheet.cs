namespace LusEdge.Training.Phantom;

/// <summary>
/// A picture that shows the grades side by side: one column per grade with three scenes, the last from a linear probe.
/// </summary>
internal static class ContactSheet
{
    private const int Tile = 176, Rows = 3;

    /// <summary>Writes the sheet.</summary>
    /// <param name="path">The file to write, .png.</param>
    /// <param name="seed">Selects the scenes.</param>
    /// <param name="cancel">Stops the work.</param>
    /// <exception cref="PhantomException">ffmpeg is missing or failed.</exception>
    public static async Task WriteAsync(string path, ulong seed, CancellationToken cancel)
    {
        int width = Appearance.Grades.Count * Tile;
        await using FFmpegEncoder encoder = FFmpegEncoder.Picture(path, width, Rows * Tile);
        await encoder.WriteAsync(Draw(seed, width), cancel);
        await encoder.FinishAsync(cancel);
    }

    private static byte[] Draw(ulong seed, int width)
    {
        var renderer = new PhantomRenderer();
        var tile = new byte[Tile * Tile];
        var sheet = new byte[width * Rows * Tile];
        for (int row = 0; row < Rows; row++)
        {
            ScanConverter converter = row == Rows - 1
                ? ScanConverter.Linear(Tile, Tile, margin: 0.06f)
                : ScanConverter.Convex(Tile, Tile, halfAngle: 0.5f, surface: 0.28f);
            for (int grade = 0; grade < Appearance.Grades.Count; grade++)
            {
                var scene = new PhantomScene(Appearance.Grades[grade], seed + (ulong)(row * Appearance.Grades.Count + grade));
                converter.Convert(renderer.Render(scene, 0, new SeededRandom(seed)), tile);
                for (int y = 0; y < Tile; y++)
                    tile.AsSpan(y * Tile, Tile).CopyTo(sheet.AsSpan((row * Tile + y) * width + grade * Tile));
            }
        }

        return sheet;
    }
}
