using System.Text.Encodings.Web;
using System.Text.Json;
using LusEdge.Infer;
using LusEdge.Models;

namespace LusEdge.Cli;

/// <summary><c>lusedge model list</c>: the installed models, which one serves, and why.</summary>
/// <param name="loader">Knows the store, and decides which model serves.</param>
/// <param name="config">The configuration file, which the reason may name.</param>
internal sealed class ModelList(ModelLoader loader, string config)
{
    /// <summary>Prints the list.</summary>
    /// <param name="json">Whether to print it as one JSON object.</param>
    public ExitCode Print(bool json)
    {
        ModelStore store = loader.Store;
        (string serves, string why) = Serves(store);
        Row[] rows = [.. store.Names.Select(name => RowOf(store, name))];
        if (json) WriteJson(store, serves, why, rows);
        else WriteText(store, serves, why, rows);
        return ExitCode.Ok;
    }

    /// <summary>The model that a service with this configuration uses, as far as the store can tell.</summary>
    private (string Serves, string Why) Serves(ModelStore store)
    {
        string own = Described(loader.OwnDirectory);
        if (!loader.FollowsStore) return (own, $"Infer:Model in {config} names it, which overrides the store's active model");
        if (store.Active is not { } active) return (own, $"it came with the program, and no model is active in {store.Folder}");
        if (store.RefusalOf(active) is null) return (active, $"it is the active model in {store.Folder}");
        return (store.Previous ?? own, $"it served before {active}, which is active but was refused");
    }

    private static string Described(string directory)
    {
        try
        {
            return $"{ModelManifest.Load(directory).Reference} in {directory}";
        }
        catch (ModelException e)
        {
            return e.Message;
        }
    }

    private Row RowOf(ModelStore store, string name)
    {
        string place = store.Active == name ? "active" : store.Previous == name ? "previous" : "";
        try
        {
            ModelPackage package = ModelPackage.Open(store.PathOf(name), loader.Keys);
            return new Row(
                name,
                package.Manifest.Reference,
                package.Manifest.Scheme,
                place,
                package.SignedBy,
                package.Flaw?.Message,
                store.RefusalOf(name));
        }
        catch (ModelException e) when (e is not PackageException { Failure: PackageFailure.BadKey })
        {
            return new Row(name, null, null, place, null, e.Message, store.RefusalOf(name));
        }
    }

    private static void WriteText(ModelStore store, string serves, string why, Row[] rows)
    {
        Console.WriteLine($"serves: {serves}\n        because {why}.");
        Console.WriteLine(rows is []
            ? $"No models are installed in {store.Folder}."
            : $"{"",-9} {"scheme",-14} {"signed by",-22} model");
        foreach (Row row in rows)
        {
            string signer = Path.GetFileName(row.SignedBy) ?? "no trusted key";
            Console.WriteLine($"{row.Place,-9} {row.Scheme ?? "?",-14} {signer,-22} {row.Name}");
            if (row.Flaw is not null) Console.WriteLine($"          unusable: {row.Flaw}");
            if (row.Refused is not null) Console.WriteLine($"          refused: {row.Refused}");
        }
    }

    private static void WriteJson(ModelStore store, string serves, string why, Row[] rows)
    {
        using Stream output = Console.OpenStandardOutput();
        var options = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var writer = new Utf8JsonWriter(output, options))
        {
            writer.WriteStartObject();
            writer.WriteString("store", store.Folder);
            writer.WriteString("serves", serves);
            writer.WriteString("because", why);
            writer.WriteString("active", store.Active);
            writer.WriteString("previous", store.Previous);
            writer.WriteStartArray("models");
            foreach (Row row in rows)
            {
                writer.WriteStartObject();
                writer.WriteString("name", row.Name);
                writer.WriteString("reference", row.Reference);
                writer.WriteString("scheme", row.Scheme);
                writer.WriteString("signed_by", row.SignedBy);
                writer.WriteString("flaw", row.Flaw);
                writer.WriteString("refused", row.Refused);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }

    /// <summary>An installed model.</summary>
    private sealed record Row(
        string Name, string? Reference, string? Scheme, string Place, string? SignedBy, string? Flaw, string? Refused);
}
