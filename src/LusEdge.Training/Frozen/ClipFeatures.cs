using System.Runtime.InteropServices;

namespace LusEdge.Training.Frozen;

/// <summary>The features of a clip at one stage of the network.</summary>
/// <param name="Frames">The numbers of the frames.</param>
/// <param name="Channels">Features per row.</param>
/// <param name="Rows">Rows of features, from the top of the picture.</param>
/// <param name="Values">The features of each frame, row-major [channels, rows].</param>
internal sealed record ClipFeatures(IReadOnlyList<int> Frames, int Channels, int Rows, IReadOnlyList<float[]> Values)
{
    /// <summary>Writes the file atomically.</summary>
    public void Write(string file)
    {
        string unfinished = $"{file}.part";
        using (var writer = new BinaryWriter(File.Create(unfinished)))
        {
            foreach (int number in (int[])[Frames.Count, Channels, Rows, .. Frames]) writer.Write(number);
            foreach (float[] frame in Values) writer.Write(MemoryMarshal.AsBytes(frame.AsSpan()));
        }

        File.Move(unfinished, file, overwrite: true);
    }

    /// <summary>Reads a file written by <see cref="Write"/>.</summary>
    public static ClipFeatures Read(string file)
    {
        using var reader = new BinaryReader(File.OpenRead(file));
        int count = reader.ReadInt32(), channels = reader.ReadInt32(), rows = reader.ReadInt32();
        int[] frames = [.. Enumerable.Range(0, count).Select(_ => reader.ReadInt32())];
        var values = new List<float[]>();
        for (int i = 0; i < count; i++)
        {
            var frame = new float[channels * rows];
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(frame.AsSpan()));
            values.Add(frame);
        }

        return new ClipFeatures(frames, channels, rows, values);
    }
}
