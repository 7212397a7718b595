using System.Globalization;
using LusEdge.FFmpeg;
using LusEdge.FFmpeg.Native;

namespace LusEdge.IntegrationTests.FFmpeg;

public sealed class FFmpegLibrariesTests
{
    private static FFmpegRelease Installed
    {
        get
        {
            FFmpegLibraries.Load();
            return FFmpegLibraries.Release;
        }
    }

    [Fact]
    public void The_installed_release_loads_and_passes_its_self_check()
    {
        FFmpegLibraries.Load();
        Assert.True(FFmpegLibraries.IsLoaded);
        TestContext.Current.TestOutputHelper!.WriteLine($"ran on {FFmpegLibraries.Version}, {FFmpegLibraries.Build}");
        Assert.Contains($"libavcodec {FFmpegLibraries.Release.Codec}", FFmpegLibraries.Version, StringComparison.Ordinal);
        SelfCheck.Layout(FFmpegLibraries.Release);
        SelfCheck.Behaviour();
    }

    [Fact]
    public void Another_releases_table_row_fails_the_self_check()
    {
        // Rows with the same offsets as the installed one can't be told apart, and need not be.
        FFmpegRelease other = FFmpegRelease.Known.First(r => r.BestEffortTimestamp != Installed.BestEffortTimestamp);
        var e = Assert.Throws<FFmpegException>(() => SelfCheck.Layout(other));
        Assert.Equal(FFmpegFailure.SelfCheckFailed, e.Failure);
        Assert.Contains("best_effort_timestamp", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_version_is_refused_and_named_with_the_supported_ones()
    {
        FFmpegRelease future = Installed with { Name = "42", Util = 98, Codec = 99, Filter = 97 };
        var e = Assert.Throws<FFmpegException>(() => FFmpegLibraries.FindComplete([future]));
        Assert.Equal(FFmpegFailure.VersionUnsupported, e.Failure);
        string found = string.Create(CultureInfo.InvariantCulture, $"does not support libavcodec {Installed.Codec}");
        Assert.Contains(found, e.Message, StringComparison.Ordinal);
        Assert.Contains("install a supported one: libavcodec 99 (FFmpeg 42)", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_incomplete_release_is_refused_with_the_missing_package()
    {
        var e = Assert.Throws<FFmpegException>(() => FFmpegLibraries.FindComplete([Installed with { Filter = 97 }]));
        Assert.Equal(FFmpegFailure.LibrariesMissing, e.Failure);
        Assert.Contains("libavfilter.so.97", e.Message, StringComparison.Ordinal);
        Assert.Contains("apt-get install libavfilter97", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_newest_complete_release_is_chosen_over_incomplete_ones()
    {
        (FFmpegRelease found, _) = FFmpegLibraries.FindComplete([Installed with { Name = "newer", Filter = 97 }, Installed]);
        Assert.Equal(Installed, found);
    }

    [Fact]
    public void Error_codes_come_with_FFmpegs_own_text()
    {
        FFmpegLibraries.Load();
        Assert.Equal("End of file (-541478725)", AvResult.End.ToString());
        Assert.Equal("Immediate exit requested (-1414092869)", AvResult.Interrupted.ToString());
        Assert.StartsWith("Invalid data found", AvResult.InvalidData.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("Decoder not found", AvResult.DecoderNotFound.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("Demuxer not found", AvResult.DemuxerNotFound.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("Protocol not found", AvResult.ProtocolNotFound.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("Stream not found", AvResult.StreamNotFound.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("Option not found", AvResult.OptionNotFound.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("Server returned 404", AvResult.HttpNotFound.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("Resource temporarily unavailable", AvResult.Again.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_line_goes_to_the_sink_of_the_thread_that_caused_it()
    {
        FFmpegLibraries.Load();
        var lines = new List<(FFmpegLogLevel Level, string Line)>();
        FFmpegLog.Attach((level, line) => lines.Add((level, line)), FFmpegLogLevel.Info, line => line);
        try
        {
            using var deadline = new ReadDeadline();
            Assert.Throws<FFmpegException>(
                () => Demuxer.Open("nosuchpicture", "lavfi", new Dictionary<string, string>(), deadline));
            Assert.Equal(lines.Last(l => l.Level == FFmpegLogLevel.Error).Line, FFmpegLog.LastError);
        }
        finally
        {
            FFmpegLog.Detach();
        }

        Assert.Contains(
            lines, l => l.Level == FFmpegLogLevel.Error && l.Line.Contains("nosuchpicture", StringComparison.Ordinal));
    }

    [Fact]
    public void A_sink_that_throws_does_no_harm()
    {
        FFmpegLibraries.Load();
        FFmpegLog.Attach((_, _) => throw new InvalidOperationException("a full disk, say"), FFmpegLogLevel.Info, line => line);
        try
        {
            using var deadline = new ReadDeadline();
            var e = Assert.Throws<FFmpegException>(
                () => Demuxer.Open("nosuchpicture", "lavfi", new Dictionary<string, string>(), deadline));
            Assert.Equal(FFmpegFailure.CallFailed, e.Failure);
        }
        finally
        {
            FFmpegLog.Detach();
        }
    }

    [Fact]
    public void A_cancelled_deadline_ends_reads_and_can_be_cancelled_after_disposal()
    {
        FFmpegLibraries.Load();
        var deadline = new ReadDeadline();
        deadline.Arm(TimeSpan.FromDays(1));
        Assert.False(deadline.HasPassed);
        deadline.Cancel();
        Assert.True(deadline.HasPassed);
        var e = Assert.Throws<FFmpegException>(
            () => Demuxer.Open("/dev/zero", null, new Dictionary<string, string>(), deadline));
        Assert.Equal(AvResult.Interrupted, e.Result);
        deadline.Dispose();
        deadline.Cancel();
    }
}
