namespace LusEdge.Cli.Doctor;

/// <summary>The file is there and has no error; else every error is told.</summary>
internal sealed class ConfigurationCheckup() : Checkup("configuration")
{
    public override Task<Finding> ExamineAsync(Examination examination, CancellationToken stop) => Task.FromResult(Examine(examination));

    private static Finding Examine(Examination examination)
    {
        string file = examination.File;
        if (examination.IsWithoutFile)
        {
            return Finding.Warning($"there is no {file}; the defaults are checked, which name no source.", "write one, or name another with --config FILE");
        }

        if (examination.Errors.Count == 0) return Finding.Ok($"{file}: no error found.");
        return Finding.Failed(
            ExitCode.Configuration,
            string.Join('\n', [$"{file}:", .. examination.Errors]),
            File.Exists(file) ? $"mend that, then: lusedge config check --config {file}" : "name the right file with --config FILE");
    }
}
