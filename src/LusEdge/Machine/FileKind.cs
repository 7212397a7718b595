namespace LusEdge.Machine;

/// <summary>What a path leads to: the file type in the mode of stat(2).</summary>
internal enum FileKind
{
    /// <summary>S_IFIFO.</summary>
    Pipe = 0x1000,

    /// <summary>S_IFCHR.</summary>
    CharacterDevice = 0x2000,

    /// <summary>S_IFDIR.</summary>
    Folder = 0x4000,

    /// <summary>S_IFBLK.</summary>
    BlockDevice = 0x6000,

    /// <summary>S_IFREG.</summary>
    Regular = 0x8000,

    /// <summary>S_IFSOCK.</summary>
    Socket = 0xC000,
}
