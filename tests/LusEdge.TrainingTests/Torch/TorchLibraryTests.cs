using LusEdge.Training.Torch;

namespace LusEdge.TrainingTests.Torch;

public sealed class TorchLibraryTests
{
    [Fact]
    public void The_unused_version_is_marked_weak_once_by_a_single_flag()
    {
        // The library in the output may already be marked; without the mark it is what the package ships.
        byte[] library = File.ReadAllBytes(TorchLibrary.DefaultPath);
        byte[] before = [.. library];
        bool changed = TorchLibrary.MarkWeak(library);
        int[] different = [.. Enumerable.Range(0, library.Length).Where(i => library[i] != before[i])];
        Assert.Equal(changed ? 1 : 0, different.Length);

        int flag = changed ? different[0] : FlagOf(library);
        library[flag] = 0;
        byte[] shipped = [.. library];
        Assert.True(TorchLibrary.MarkWeak(library));
        Assert.Equal([flag], Enumerable.Range(0, library.Length).Where(i => library[i] != shipped[i]));
        Assert.Equal(2, library[flag]);
        Assert.False(TorchLibrary.MarkWeak(library));
    }

    [Fact]
    public void A_file_that_is_not_a_library_is_refused() =>
        Assert.Throws<InvalidDataException>(() => TorchLibrary.MarkWeak("not a library, but long enough to be one"u8.ToArray()));

    /// <summary>Finds the flag by the version's hash, which is right before it (the System V hash of GLIBCXX_3.4.32).</summary>
    private static int FlagOf(byte[] library)
    {
        uint hash = 0;
        foreach (byte character in "GLIBCXX_3.4.32"u8)
        {
            hash = (hash << 4) + character;
            uint high = hash & 0xF0000000;
            hash = (hash ^ high >> 24) & ~high;
        }

        return library.AsSpan().IndexOf(BitConverter.GetBytes(hash)) + sizeof(uint);
    }
}
