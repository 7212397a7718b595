namespace LusEdge.Cli.Doctor;

/// <summary>The file exists and has no errors; otherwise it reports all of them.</summary>
internal sealed class ConfigurationCheckup() : Checkup("configuration")
{
    public override Task<Finding> ExamineAsync(Examination examination, CancellationToken stop) =>
        Task.FromResult(Examine(examination));

    private static Finding Examine(Examination examination)
    {
        string file = examination.File;
        if (examination.IsWithoutFile)
        {
            return Finding.Warning(
                $"{file} does not exist; the defaults were checked, which name no source.",
                "create it, or give another file with --config FILE");
        }

        if (examination.Errors.Count == 0) return Finding.Ok($"{file}: no errors found.");
        return Finding.Failed(
            ExitCode.Configuration,
            string.Join('\n', [$"{file}:", .. examination.Errors]),
            File.Exists(file)
                ? $"fix that, then: lusedge config check --config {file}"
                : "give the right file with --config FILE");
    }
}
