using LusEdge.Infer;
using LusEdge.Models;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.Tests.Models;

/// <summary>Which model serves: activation, rollback, and the choice at start.</summary>
public sealed class ModelLoaderTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Rollback_switches_between_the_last_two_models()
    {
        string one = _store.Loader.Install(TestPackage.Write(_store["one"], _store.Key).Path).Name;
        string two = _store.Loader.Install(TestPackage.Write(_store["two"], _store.Key, TinyModel.Four, version: 2).Path).Name;
        Assert.Equal(PackageFailure.NotInstalled, Assert.Throws<PackageException>(() => _store.Loader.Rollback()).Failure);

        _store.Loader.Activate("tiny@1");
        // Without a version, the newest one.
        Assert.Equal(two, _store.Loader.Activate("tiny"));
        Assert.Equal((two, one), (_store.Loader.Store.Active, _store.Loader.Store.Previous));
        Assert.Equal(one, _store.Loader.Rollback());
        Assert.Equal((one, two), (_store.Loader.Store.Active, _store.Loader.Store.Previous));
        Assert.Equal(two, _store.Loader.Rollback());
        Assert.Equal((two, one), (_store.Loader.Store.Active, _store.Loader.Store.Previous));
    }

    [Fact]
    public void Rollback_from_the_first_model_leads_to_the_shipped_one()
    {
        string name = _store.Serve();
        Assert.Null(_store.Loader.Rollback());
        Assert.Equal((null, name), (_store.Loader.Store.Active, _store.Loader.Store.Previous));
        Assert.Equal(name, _store.Loader.Rollback());
    }

    [Fact]
    public void Rollback_swaps_both_links_in_one_step_and_is_seen_as_an_activation()
    {
        string one = _store.Serve();
        string two = _store.Loader.Install(TestPackage.Write(_store["two"], _store.Key, version: 2).Path).Name;
        _store.Loader.Activate(two);
        (string?, DateTime) seen = _store.Loader.Store.ActiveSince;
        // The two existing links must be swapped: new links would have new times.
        DateTime[] before = [.. Links()];
        _store.Loader.Rollback();
        Assert.Equal(before.Reverse(), Links());
        Assert.NotEqual(seen, _store.Loader.Store.ActiveSince);
        Assert.Equal((one, two), (_store.Loader.Store.Active, _store.Loader.Store.Previous));

        IEnumerable<DateTime> Links() =>
            ((string[])["active", "previous"]).Select(link => new FileInfo(Path.Combine(_store["store"], link)).LastWriteTimeUtc);
    }

    [Fact]
    public void An_activation_killed_between_its_links_still_serves_and_can_be_rolled_back()
    {
        string one = _store.Serve();
        string two = _store.Loader.Install(TestPackage.Write(_store["two"], _store.Key, version: 2).Path).Name;
        string three = _store.Loader.Install(TestPackage.Write(_store["three"], _store.Key, version: 3).Path).Name;
        _store.Loader.Activate(two);
        // As a kill leaves it: the new model is active, and the link to the previous one was created but not moved into place.
        File.Delete(Path.Combine(_store["store"], "active"));
        File.CreateSymbolicLink(Path.Combine(_store["store"], "active"), three);
        File.CreateSymbolicLink(Path.Combine(_store["store"], ".previous-0123"), two);

        _store.Loader.LoadAtStart().Model.Dispose();
        Assert.Equal(one, _store.Loader.Rollback());
        Assert.Equal((one, three), (_store.Loader.Store.Active, _store.Loader.Store.Previous));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_store["store"], ".previous*"));
    }

    [Fact]
    public void Rollback_never_leads_to_a_refused_model()
    {
        string one = _store.Serve();
        string two = _store.Loader.Install(TestPackage.Write(_store["two"], _store.Key, version: 2).Path).Name;
        _store.Loader.Activate(two);
        _store.Loader.Store.RecordRefusal(one, "The outputs differ.");

        ModelException e = Assert.ThrowsAny<ModelException>(() => _store.Loader.Rollback());
        Assert.Contains("The outputs differ.", e.Message, StringComparison.Ordinal);
        Assert.Equal((two, one), (_store.Loader.Store.Active, _store.Loader.Store.Previous));
    }

    [Fact]
    public void A_damaged_model_is_not_activated()
    {
        string one = _store.Serve();
        string two = _store.Loader.Install(TestPackage.Write(_store["two"], _store.Key, version: 2).Path).Name;
        File.AppendAllText(Path.Combine(_store.Loader.Store.PathOf(two), "golden/00.pgm"), "x");

        Assert.Contains("00.pgm: its SHA-256", Assert.ThrowsAny<ModelException>(() => _store.Loader.Activate("tiny@2")).Message);
        Assert.Equal((one, null), (_store.Loader.Store.Active, _store.Loader.Store.Previous));
    }

    [Fact]
    public void A_damaged_active_model_is_refused_at_start_and_the_previous_one_serves()
    {
        string one = _store.Serve();
        string two = _store.Loader.Install(TestPackage.Write(_store["two"], _store.Key, TinyModel.Four, version: 2).Path).Name;
        _store.Loader.Activate("tiny@2");
        File.AppendAllText(Path.Combine(_store.Loader.Store.PathOf(two), "model.onnx"), "x");

        (SeverityModel model, string? serving, string? refusal) = _store.Loader.LoadAtStart();
        model.Dispose();
        Assert.Equal(one, serving);
        Assert.Contains("model.onnx: its SHA-256", refusal);
        Assert.Equal(refusal, _store.Loader.Store.RefusalOf(two));
        Assert.EndsWith(one, _store.Loader.Serving, StringComparison.Ordinal);
        // A model that never served does not become the previous one.
        string three = _store.Loader.Install(TestPackage.Write(_store["three"], _store.Key, version: 3).Path).Name;
        _store.Loader.Activate("tiny@3");
        Assert.Equal((three, one), (_store.Loader.Store.Active, _store.Loader.Store.Previous));
    }

    [Fact]
    public void A_refused_model_is_not_retried_until_it_is_activated_again()
    {
        string one = _store.Serve();
        string two = _store.Loader.Install(TestPackage.Write(_store["two"], _store.Key, version: 2).Path).Name;
        _store.Loader.Activate(two);
        _store.Loader.Store.RecordRefusal(two, "The outputs differ.");

        (SeverityModel model, string? serving, string? refusal) = _store.Loader.LoadAtStart();
        model.Dispose();
        Assert.Equal((one, "The outputs differ."), (serving, refusal));
        _store.Loader.Activate(two);
        (model, serving, refusal) = _store.Loader.LoadAtStart();
        model.Dispose();
        Assert.Equal((two, null), (serving, refusal));
    }

    [Fact]
    public void A_fault_of_the_device_is_not_recorded_against_the_model()
    {
        _store.Serve();
        string two = _store.Loader.Install(TestPackage.Write(_store["two"], _store.Key, version: 2).Path).Name;
        _store.Loader.Activate(two);
        File.Move(_store["site.pub"], _store["away.pub"]);

        PackageException e = Assert.Throws<PackageException>(() => _store.Loader.LoadAtStart());
        Assert.Equal(PackageFailure.BadKey, e.Failure);
        // Both models fail for one reason, which is reported once.
        Assert.DoesNotContain("either", e.Message, StringComparison.Ordinal);
        Assert.Null(_store.Loader.Store.RefusalOf(two));
        File.Move(_store["away.pub"], _store["site.pub"]);
        (SeverityModel model, string? serving, _) = _store.Loader.LoadAtStart();
        model.Dispose();
        Assert.Equal(two, serving);
    }

    [Fact]
    public void If_the_previous_model_is_damaged_too_none_serves_and_both_are_reported()
    {
        string one = _store.Serve();
        string two = _store.Loader.Install(TestPackage.Write(_store["two"], _store.Key, version: 2).Path).Name;
        _store.Loader.Activate(two);
        File.AppendAllText(Path.Combine(_store.Loader.Store.PathOf(one), "README.md"), "x");
        File.AppendAllText(Path.Combine(_store.Loader.Store.PathOf(two), "model.onnx"), "x");

        ModelException e = Assert.ThrowsAny<ModelException>(() => _store.Loader.LoadAtStart());
        Assert.Contains($"{two}/model.onnx: its SHA-256", e.Message, StringComparison.Ordinal);
        Assert.Contains($"{one}/README.md: its SHA-256", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_out_of_the_store_is_refused_not_ignored()
    {
        string one = _store.Serve();
        string two = _store.Loader.Install(TestPackage.Write(_store["two"], _store.Key, version: 2).Path).Name;
        _store.Loader.Activate(two);
        File.Delete(Path.Combine(_store["store"], "active"));
        File.CreateSymbolicLink(Path.Combine(_store["store"], "active"), _store["two"]);

        (SeverityModel model, string? serving, string? refusal) = _store.Loader.LoadAtStart();
        model.Dispose();
        Assert.Equal(one, serving);
        Assert.Contains("manifest.json: can't be read", refusal);
    }

    [Fact]
    public void A_configured_model_serves_unsigned_whatever_is_active()
    {
        _store.Serve();
        string own = TinyModel.Write(_store["own"], TinyModel.Four);
        var loader = new ModelLoader(
            TestPackage.Options(_store["store"], _store.Key) with { Model = own }, NullLogger<SeverityModel>.Instance);
        (SeverityModel model, string? serving, string? refusal) = loader.LoadAtStart();
        using (model)
        {
            Assert.False(loader.FollowsStore);
            Assert.Equal((null, null, null, "iclus-4"), (serving, refusal, model.InUse.SignedBy, model.InUse.Scheme.Id));
            Assert.Contains("is not signed", model.InUse.SignatureFlaw);
        }
    }

    [Fact]
    public void A_replaced_key_takes_effect_at_the_next_activation()
    {
        string serving = _store.Serve();
        string other = TestPackage.Key(_store["other.key"]);
        File.Copy(_store["other.pub"], _store["site.pub"], overwrite: true);

        Assert.Equal(PackageFailure.BadSignature, Assert.Throws<PackageException>(() => _store.Loader.Activate(serving)).Failure);
        Assert.Equal(
            PackageFailure.BadSignature, Assert.Throws<PackageException>(() => _store.Loader.LoadNamed(serving)).Failure);
        string two = _store.Loader.Install(TestPackage.Write(_store["two"], other, version: 2).Path).Name;
        Assert.Equal(two, _store.Loader.Activate("tiny@2"));
    }
}
