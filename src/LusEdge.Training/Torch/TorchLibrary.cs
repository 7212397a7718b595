using System.Buffers.Binary;
using System.Text;

namespace LusEdge.Training.Torch;

/// <summary>
/// Makes TorchSharp's native library loadable on Debian 12. It lists a version of the C++ runtime that Debian 12 lacks
/// (GLIBCXX_3.4.32), although it uses nothing from it. The loader accepts a missing version that is marked as weak, so the mark
/// is set in the copy next to this program, never in the package. Where the version exists, the mark has no effect.
/// </summary>
internal static class TorchLibrary
{
    private const string UnusedVersion = "GLIBCXX_3.4.32";
    private const int NeededVersions = 0x6FFFFFFE; // SHT_GNU_verneed
    private const ushort Weak = 2; // VER_FLG_WEAK

    /// <summary>The path where the build puts the library.</summary>
    public static string DefaultPath { get; } =
        Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");

    /// <summary>Loads the library. Call it before using anything else from TorchSharp.</summary>
    /// <exception cref="TrainingException">The library can't be loaded.</exception>
    public static void Load()
    {
        try
        {
            MakeLoadable();
            TorchSharp.torch.InitializeDeviceType(TorchSharp.DeviceType.CPU);
        }
        catch (Exception e) when (e is NotSupportedException or DllNotFoundException or TypeInitializationException or IOException
            or UnauthorizedAccessException)
        {
            throw new TrainingException(
                TrainingFailure.TorchUnavailable,
                $"the tensor library {DefaultPath} can't be loaded; it needs 64-bit x86 Linux with the C++ runtime of Debian "
                    + "12 or newer (`ldd` shows what is missing).",
                e);
        }
    }

    /// <summary>Marks the version in the library next to this program.</summary>
    private static void MakeLoadable()
    {
        if (!File.Exists(DefaultPath)) return;
        byte[] library = File.ReadAllBytes(DefaultPath);
        if (!MarkWeak(library)) return;

        // A library that another process has mapped must not change under it: write a new file and rename it.
        string marked = $"{DefaultPath}.{Environment.ProcessId}";
        File.WriteAllBytes(marked, library);
        File.Move(marked, DefaultPath, overwrite: true);
    }

    /// <summary>Marks the version as weak.</summary>
    /// <param name="elf">A 64-bit little-endian ELF file.</param>
    /// <returns>Whether anything changed; nothing does if the version is already marked or not listed.</returns>
    /// <exception cref="InvalidDataException">It is not such a file.</exception>
    internal static bool MarkWeak(Span<byte> elf)
    {
        if (elf is not [0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, ..])
            throw new InvalidDataException("Not a 64-bit little-endian ELF file.");
        int sections = (int)BinaryPrimitives.ReadInt64LittleEndian(elf[0x28..]);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(elf[0x3C..]);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> section = Section(elf, sections, i);
            if (BinaryPrimitives.ReadInt32LittleEndian(section[4..]) != NeededVersions) continue;
            int names = Offset(Section(elf, sections, BinaryPrimitives.ReadInt32LittleEndian(section[0x28..])));
            return MarkWeak(elf, Offset(section), names);
        }

        return false;
    }

    /// <summary>Walks the needed libraries, and for each of them the needed versions.</summary>
    private static bool MarkWeak(Span<byte> elf, int library, int names)
    {
        for (int nextLibrary = -1; nextLibrary != 0; library += nextLibrary)
        {
            nextLibrary = BinaryPrimitives.ReadInt32LittleEndian(elf[(library + 12)..]);
            int version = library + BinaryPrimitives.ReadInt32LittleEndian(elf[(library + 8)..]);
            for (int nextVersion = -1; nextVersion != 0; version += nextVersion)
            {
                nextVersion = BinaryPrimitives.ReadInt32LittleEndian(elf[(version + 12)..]);
                ReadOnlySpan<byte> name = elf[(names + BinaryPrimitives.ReadInt32LittleEndian(elf[(version + 8)..]))..];
                if (Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]) != UnusedVersion) continue;
                Span<byte> flags = elf.Slice(version + 4, 2);
                if ((BinaryPrimitives.ReadUInt16LittleEndian(flags) & Weak) != 0) return false;
                BinaryPrimitives.WriteUInt16LittleEndian(flags, Weak);
                return true;
            }
        }

        return false;
    }

    private static ReadOnlySpan<byte> Section(ReadOnlySpan<byte> elf, int sections, int index) =>
        elf.Slice(sections + index * 64, 64);

    private static int Offset(ReadOnlySpan<byte> section) => (int)BinaryPrimitives.ReadInt64LittleEndian(section[0x18..]);
}
