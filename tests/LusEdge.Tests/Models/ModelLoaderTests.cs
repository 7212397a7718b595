using LusEdge.Infer;
using LusEdge.Models;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.Tests.Models;

/// <summary>Which model serves: what is activated, what an activation leaves to go back to, and what a start makes of what it finds.</summary>
public sealed class ModelLoaderTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Rollback_goes_back_to_what_served_before_and_forth_again()
    {
        string one = _store.Loader.Install(TestPackage.Write(_store["one"], _store.Key).Path).Name;
        string two = _store.Loader.Install(TestPackage.Write(_store["two"], _store.Key, TinyModel.Four, version: 2).Path).Name;
        Assert.Equal(PackageFailure.NotInstalled, Assert.Throws<PackageException>(() => _store.Loader.Rollback()).Failure);

        _store.Loader.Activate("tiny@1");
        // Without a version it is the newest.
        Assert.Equal(two, _store.Loader.Activate("tiny"));
        Assert.Equal((two, one), (_store.Loader.Store.Active, _store.Loader.Store.Previous));
        Assert.Equal(one, _store.Loader.Rollback());
        Assert.Equal((one, two), (_store.Loader.Store.Active, _store.Loader.Store.Previous));
        Assert.Equal(two, _store.Loader.Rollback());
        Assert.Equal((two, one), (_store.Loader.Store.Active, _store.Loader.Store.Previous));
    }

    [Fact]
    public void Rollback_from_the_first_one_goes_back_to_the_model_that_came_with_the_program()
    {
        string name = _store.Serve();
        Assert.Null(_store.Loader.Rollback());
        Assert.Equal((null, name), (_store.Loader.Store.Active, _store.Loader.Store.Previous));
        Assert.Equal(name, _store.Loader.Rollback());
    }

    [Fact]
    public void Rollback_changes_both_links_in_one_step_and_each_activation_can_be_told_from_the_one_before()
    {
        string one = _store.Serve();
        string two = _store.Loader.Install(TestPackage.Write(_store["two"], _store.Key, version: 2).Path).Name;
        _store.Loader.Activate(two);
        (string?, DateTime) seen = _store.Loader.Store.ActiveSince;
        // A new link would be another file: the two that are there change places.
        DateTime[] made = [.. Links()];
        _store.Loader.Rollback();
        Assert.Equal(made.Reverse(), Links());
        Assert.NotEqual(seen, _store.Loader.Store.ActiveSince);
        Assert.Equal((one, two), (_store.Loader.Store.Active, _store.Loader.Store.Previous));

        IEnumerable<DateTime> Links() => ((string[])["active", "previous"]).Select(link => new FileInfo(Path.Combine(_store["store"], link)).LastWriteTimeUtc);
    }

    [Fact]
    public void An_activation_that_was_killed_between_its_links_leaves_a_model_that_serves_and_a_way_back()
    {
        string one = _store.Serve();
        string two = _store.Loader.Install(TestPackage.Write(_store["two"], _store.Key, version: 2).Path).Name;
        string three = _store.Loader.Install(TestPackage.Write(_store["three"], _store.Key, version: 3).Path).Name;
        _store.Loader.Activate(two);
        // As the kill leaves it: the new one is active, and the link to the one before is made and not in place.
        File.Delete(Path.Combine(_store["store"], "active"));
        File.CreateSymbolicLink(Path.Combine(_store["store"], "active"), three);
        File.CreateSymbolicLink(Path.Combine(_store["store"], ".previous-0123"), two);

        _store.Loader.LoadAtStart().Model.Dispose();
        Assert.Equal(one, _store.Loader.Rollback());
        Assert.Equal((one, three), (_store.Loader.Store.Active, _store.Loader.Store.Previous));
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(_store["store"]), path => Path.GetFileName(path).StartsWith(".previous", StringComparison.Ordinal));
    }

    [Fact]
    public void Rollback_does_not_lead_to_a_model_that_was_refused()
    {
        string one = _store.Serve();
        string two = _store.Loader.Install(TestPackage.Write(_store["two"], _store.Key, version: 2).Path).Name;
        _store.Loader.Activate(two);
        _store.Loader.Store.NoteRefusal(one, "It answers otherwise.");

        Assert.Contains("It answers otherwise.", Assert.ThrowsAny<ModelException>(() => _store.Loader.Rollback()).Message, StringComparison.Ordinal);
        Assert.Equal((two, one), (_store.Loader.Store.Active, _store.Loader.Store.Previous));
    }

    [Fact]
    public void A_damaged_model_is_not_activated_and_what_was_active_still_is()
    {
        string one = _store.Serve();
        string two = _store.Loader.Install(TestPackage.Write(_store["two"], _store.Key, version: 2).Path).Name;
        File.AppendAllText(Path.Combine(_store.Loader.Store.PathOf(two), "golden/00.pgm"), "x");

        Assert.Contains("00.pgm: its SHA-256", Assert.ThrowsAny<ModelException>(() => _store.Loader.Activate("tiny@2")).Message);
        Assert.Equal((one, null), (_store.Loader.Store.Active, _store.Loader.Store.Previous));
    }

    [Fact]
    public void An_active_model_that_is_damaged_does_not_start_and_the_one_before_serves()
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
        // What never served is not what to go back to.
        string three = _store.Loader.Install(TestPackage.Write(_store["three"], _store.Key, version: 3).Path).Name;
        _store.Loader.Activate("tiny@3");
        Assert.Equal((three, one), (_store.Loader.Store.Active, _store.Loader.Store.Previous));
    }

    [Fact]
    public void A_model_that_a_service_has_refused_is_not_tried_again_at_the_next_start_but_once_it_is_activated_again()
    {
        string one = _store.Serve();
        string two = _store.Loader.Install(TestPackage.Write(_store["two"], _store.Key, version: 2).Path).Name;
        _store.Loader.Activate(two);
        _store.Loader.Store.NoteRefusal(two, "It answers otherwise.");

        (SeverityModel model, string? serving, string? refusal) = _store.Loader.LoadAtStart();
        model.Dispose();
        Assert.Equal((one, "It answers otherwise."), (serving, refusal));
        _store.Loader.Activate(two);
        (model, serving, refusal) = _store.Loader.LoadAtStart();
        model.Dispose();
        Assert.Equal((two, null), (serving, refusal));
    }

    [Fact]
    public void What_is_wrong_with_the_box_is_not_noted_as_the_models_refusal()
    {
        _store.Serve();
        string two = _store.Loader.Install(TestPackage.Write(_store["two"], _store.Key, version: 2).Path).Name;
        _store.Loader.Activate(two);
        File.Move(_store["site.pub"], _store["away.pub"]);

        PackageException e = Assert.Throws<PackageException>(() => _store.Loader.LoadAtStart());
        Assert.Equal(PackageFailure.BadKey, e.Failure);
        // One cause, told once.
        Assert.DoesNotContain("either", e.Message, StringComparison.Ordinal);
        Assert.Null(_store.Loader.Store.RefusalOf(two));
        File.Move(_store["away.pub"], _store["site.pub"]);
        (SeverityModel model, string? serving, _) = _store.Loader.LoadAtStart();
        model.Dispose();
        Assert.Equal(two, serving);
    }

    [Fact]
    public void When_the_model_before_is_damaged_too_none_serves_and_both_are_told()
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
    public void A_link_that_leads_out_of_the_store_is_refused_and_not_taken_for_none()
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
    public void A_model_named_in_the_configuration_serves_whatever_is_active_and_says_that_nobody_vouches_for_it()
    {
        _store.Serve();
        string own = TinyModel.Write(_store["own"], TinyModel.Four);
        var loader = new ModelLoader(TestPackage.Options(_store["store"], _store.Key) with { Model = own }, NullLogger<SeverityModel>.Instance);
        (SeverityModel model, string? serving, string? refusal) = loader.LoadAtStart();
        using (model)
        {
            Assert.False(loader.FollowsStore);
            Assert.Equal((null, null, null, "iclus-4"), (serving, refusal, model.InUse.SignedBy, model.InUse.Scheme.Id));
            Assert.Contains("is not signed", model.InUse.SignatureFlaw);
        }
    }

    [Fact]
    public void A_key_that_is_exchanged_counts_at_the_next_activation()
    {
        string serving = _store.Serve();
        string other = TestPackage.Key(_store["other.key"]);
        File.Copy(_store["other.pub"], _store["site.pub"], overwrite: true);

        Assert.Equal(PackageFailure.BadSignature, Assert.Throws<PackageException>(() => _store.Loader.Activate(serving)).Failure);
        Assert.Equal(PackageFailure.BadSignature, Assert.Throws<PackageException>(() => _store.Loader.LoadNamed(serving)).Failure);
        string two = _store.Loader.Install(TestPackage.Write(_store["two"], other, version: 2).Path).Name;
        Assert.Equal(two, _store.Loader.Activate("tiny@2"));
    }
}
