using System.Runtime.InteropServices;
using LusEdge.Training.Networks;

namespace LusEdge.Training.Calibrate;

/// <summary>
/// Stores the numbers of a <see cref="QualityGate"/> in a binary file: with hundreds of thousands, JSON would be too large.
/// </summary>
internal static class QualityFile
{
    /// <summary>The name of the file, in the same directory as calibration.json.</summary>
    public const string FileName = "quality.bin";

    private const int Magic = 0x31475145;

    /// <summary>Writes the file atomically.</summary>
    public static void Write(string file, QualityGate gate)
    {
        string unfinished = $"{file}.part";
        using (var writer = new BinaryWriter(File.Create(unfinished)))
        {
            foreach (int number in (int[])[Magic, gate.Mean.Length, gate.Count]) writer.Write(number);
            foreach (float[] part in (float[][])[gate.Mean, gate.InverseSpread, gate.Directions, [gate.Slope, gate.Middle]])
                writer.Write(MemoryMarshal.AsBytes(part.AsSpan()));
        }

        File.Move(unfinished, file, overwrite: true);
    }

    /// <summary>Reads a file written by <see cref="Write"/>.</summary>
    /// <exception cref="TrainingException">It is missing or damaged.</exception>
    public static QualityGate Read(string file)
    {
        try
        {
            using var reader = new BinaryReader(File.OpenRead(file));
            int magic = reader.ReadInt32(), features = reader.ReadInt32(), directions = reader.ReadInt32();
            long expected = 3 * sizeof(int) + sizeof(float) * ((2L + directions) * features + 2);
            if (magic != Magic || features < 1 || directions < 0 || reader.BaseStream.Length != expected)
                throw new InvalidDataException("it is not complete.");
            (float[] mean, float[] spread, float[] basis, float[] last) =
                (Next(features), Next(features), Next(features * directions), Next(2));
            return new QualityGate(mean, spread, basis) { Slope = last[0], Middle = last[1] };

            float[] Next(int count)
            {
                var part = new float[count];
                reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(part.AsSpan()));
                return part;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new TrainingException(
                TrainingFailure.Unreadable, $"{file}: can't be read: {e.Message} Run `lusedge-train calibrate` again.", e);
        }
    }
}
