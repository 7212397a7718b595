using LusEdge.Inbox;
using LusEdge.Infer;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.Tests.Inbox;

public sealed class PipelineInboxTests : IDisposable
{
    private readonly TemporaryDirectory _temp = new();
    private readonly PipelineInbox _inbox = new();

    public void Dispose()
    {
        _inbox.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public void Commands_come_out_in_order()
    {
        _inbox.Post(new PipelineCommand.BeginZone("right-anterior-upper"));
        _inbox.Post(new PipelineCommand.CutClip());
        _inbox.Post(new PipelineCommand.EndZone());
        Assert.Equal(new PipelineCommand.BeginZone("right-anterior-upper"), Next());
        Assert.IsType<PipelineCommand.CutClip>(Next());
        Assert.IsType<PipelineCommand.EndZone>(Next());
        Assert.False(_inbox.TryTake(out _));
    }

    [Fact]
    public void Looking_into_an_empty_inbox_allocates_nothing()
    {
        _inbox.TryTake(out _);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) _inbox.TryTake(out _);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_model_that_nobody_takes_is_disposed_when_the_run_is_over(bool postedBefore)
    {
        SeverityModel model = SeverityModel.Load(
            TinyModel.Write(_temp["model"], TinyModel.Four), new InferOptions { Provider = ProviderChoice.Cpu }, NullLogger<SeverityModel>.Instance);
        if (postedBefore) _inbox.Post(new PipelineCommand.SwapModel(model));
        _inbox.Dispose();
        if (!postedBefore) _inbox.Post(new PipelineCommand.SwapModel(model));
        Assert.False(_inbox.TryTake(out _));
        Assert.Throws<ObjectDisposedException>(() => model.InputFor(8, 8).Fill(1));
    }

    private PipelineCommand Next() => _inbox.TryTake(out PipelineCommand? command) ? command : throw new InvalidOperationException("The inbox is empty.");
}
