using LusEdge.Machine;

namespace LusEdge.Publish.Events;

/// <summary>
/// The database's place on the disk: the file and, while it is open, SQLite's log and index beside it. Tells whether their names
/// still lead to the files that were opened: whatever is written to a deleted file is gone with the process.
/// </summary>
/// <param name="path">The database file.</param>
internal sealed class EventFiles(string path)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The database, the write-ahead log and its index.</summary>
    private static readonly string[] Suffixes = ["", "-wal", "-shm"];

    private readonly FileIdentity?[] _opened = new FileIdentity?[Suffixes.Length];

    /// <summary>Where a replacement is written until it is complete.</summary>
    public string Replacement => path + ".new";

    private string Folder => Path.GetDirectoryName(Path.GetFullPath(path))!;

    /// <summary>
    /// Creates what is missing: the folder for its owner only, and an empty file, also for its owner only. A folder that exists
    /// keeps its mode, because others may use it; files of an earlier version, which anyone could read, are closed to others.
    /// </summary>
    public static void Create(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!, Private | UnixFileMode.UserExecute);
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            UnixCreateMode = Private,
        };
        // SQLite gives the log and the index the mode of the database.
        if (!File.Exists(file)) new FileStream(file, options).Dispose();
        foreach (string name in Suffixes.Select(suffix => file + suffix).Where(File.Exists))
        {
            try
            {
                if ((File.GetUnixFileMode(name) & ~Private) != 0) File.SetUnixFileMode(name, Private);
            }
            catch (UnauthorizedAccessException)
            {
                // Another user's file that this one may write: its owner has chosen its mode.
            }
        }
    }

    /// <summary>Which file the replacement is; it stays the same when it gets to its place.</summary>
    public FileIdentity? ReplacementIdentity => LibC.Identity(Replacement);

    /// <summary>Remembers which files the database has open.</summary>
    /// <param name="database">The database itself, if that is known.</param>
    public void Opened(FileIdentity? database = null)
    {
        for (int i = 0; i < Suffixes.Length; i++) _opened[i] = LibC.Identity(path + Suffixes[i]);
        if (database is not null) _opened[0] = database;
    }

    /// <summary>Forgets them, because the database is closed.</summary>
    public void Closed() => Array.Clear(_opened);

    /// <summary>
    /// Whether one of the names has gone, or leads to another file. A database that was gone when it was to be remembered has.
    /// </summary>
    public bool HaveChanged()
    {
        if (_opened[0] is null) return true;
        for (int i = 0; i < Suffixes.Length; i++)
        {
            if (LibC.Identity(path + Suffixes[i]) != _opened[i]) return true;
        }

        return false;
    }

    /// <summary>Removes what an interrupted replacement left behind, and gets the folder back if it is gone.</summary>
    public void Prepare()
    {
        Directory.CreateDirectory(Folder, Private | UnixFileMode.UserExecute);
        foreach (string suffix in Suffixes) File.Delete(Replacement + suffix);
    }

    /// <summary>A complete replacement that a crash kept from its place gets there now.</summary>
    public void Resume()
    {
        if (!File.Exists(path) && File.Exists(Replacement) && !File.Exists(Replacement + "-wal")) File.Move(Replacement, path);
    }

    /// <summary>
    /// Puts the replacement in its place. What is there is renamed if it must be kept: a database that is damaged or that someone
    /// else put there. The database that was opened stays open.
    /// </summary>
    /// <param name="kind">Why it is kept, for its name.</param>
    /// <param name="keepOurs">Whether to keep the file that was opened, if it is still there.</param>
    /// <param name="now">For its name.</param>
    /// <returns>The file that was kept, or null.</returns>
    public string? Replace(string kind, bool keepOurs, DateTimeOffset now)
    {
        string? aside = null;
        if (LibC.Identity(path) is { } there && (keepOurs || there != _opened[0])) aside = SetAside(kind, keepOurs, now);

        // A log beside a database that it does not belong to would damage it.
        foreach (string suffix in Suffixes[1..]) File.Delete(path + suffix);
        LibC.Rename(Replacement, path);
        LibC.FlushFolder(Folder);
        return aside;
    }

    /// <summary>Renames the database. Only the newest of each kind is kept, so that they don't fill a disk.</summary>
    /// <param name="kind">Why it is set aside, for its name.</param>
    /// <param name="withOurs">Whether the log that was opened belongs to it.</param>
    /// <param name="now">For its name.</param>
    public string SetAside(string kind, bool withOurs, DateTimeOffset now)
    {
        string prefix = $"{path}.{kind}-";
        foreach (string older in Directory.GetFiles(Folder, $"{Path.GetFileName(prefix)}*")) File.Delete(older);
        string aside = $"{prefix}{now:yyyyMMddHHmmss}";
        for (int i = 0; i < Suffixes.Length; i++)
        {
            string name = path + Suffixes[i];
            if (LibC.Identity(name) is { } there && (withOurs || there != _opened[i])) LibC.Rename(name, aside + Suffixes[i]);
        }

        return aside;
    }
}
