using System.Text;
using System.Text.Json;
using LusEdge.Infer;
using LusEdge.Models;
using LusEdge.Training.Sign;
using Microsoft.Extensions.Logging.Abstractions;

namespace LusEdge.Tests;

/// <summary>A signed package with a tiny model, a card and golden frames, which a test can change.</summary>
internal sealed class TestPackage
{
    private const int Width = 24, Height = 18;

    private TestPackage(string directory) => Path = directory;

    /// <summary>Its directory.</summary>
    public string Path { get; }

    /// <summary>A file in it.</summary>
    public string this[string file] => System.IO.Path.Combine(Path, file);

    /// <summary>Generates a key pair.</summary>
    /// <returns>The private key's file; the public key is beside it, with the extension .pub.</returns>
    public static string Key(string file)
    {
        SigningKey.Generate(file);
        return file;
    }

    /// <summary>Options with a store and trusted keys.</summary>
    public static ModelOptions Options(string store, params string[] keys) => new()
    {
        Store = store,
        Provider = ProviderChoice.Cpu,
        TrustedKeys = [.. keys.Select(SigningKey.PublicFileOf)],
    };

    /// <summary>Writes a package and signs it.</summary>
    /// <param name="directory">The package's directory.</param>
    /// <param name="key">The private key's file.</param>
    /// <param name="description">The model's own description.</param>
    /// <param name="id">Its id.</param>
    /// <param name="version">Its version.</param>
    /// <param name="change">Changes the package before it is signed.</param>
    public static TestPackage Write(
        string directory,
        string key,
        ModelDescription? description = null,
        string id = "tiny",
        int version = 1,
        Action<TestPackage>? change = null)
    {
        description ??= TinyModel.Seven;
        byte[] content = TinyModel.Bytes(description);
        TinyModel.Write(directory, description.Scheme, content);
        var package = new TestPackage(directory);
        package.Manifest(new ModelManifest(id, version, description.Scheme, ModelManifest.HashOf(content)));
        File.WriteAllText(package[ModelPackage.CardFile], "# tiny\n\nA test's model.\n");
        package.WriteGolden(description);
        change?.Invoke(package);
        package.Sign(key);
        return package;
    }

    /// <summary>Signs the package as it is.</summary>
    public void Sign(string key)
    {
        using SigningKey signer = SigningKey.Load(key);
        PackageSigner.Sign(Path, signer);
    }

    /// <summary>Writes the manifest, unsigned.</summary>
    public void Manifest(ModelManifest manifest) => File.WriteAllText(this[ModelManifest.FileName], manifest.ToJson());

    /// <summary>Changes the golden frames' reference outputs.</summary>
    public void Expect(Func<GoldenFrames, GoldenFrames> change)
    {
        string file = this[GoldenFrames.FileName];
        GoldenFrames golden = JsonSerializer.Deserialize(File.ReadAllBytes(file), GoldenFramesJson.Default.GoldenFrames)!;
        File.WriteAllBytes(file, JsonSerializer.SerializeToUtf8Bytes(change(golden), GoldenFramesJson.Default.GoldenFrames));
    }

    /// <summary>Flips one bit in the middle of a file.</summary>
    public void Flip(string file)
    {
        byte[] content = File.ReadAllBytes(this[file]);
        content[content.Length / 2] ^= 1;
        File.WriteAllBytes(this[file], content);
    }

    private void WriteGolden(ModelDescription description)
    {
        Directory.CreateDirectory(this["golden"]);
        using SeverityModel model = SeverityModel.Load(
            Path, new InferOptions { Provider = ProviderChoice.Cpu }, NullLogger<SeverityModel>.Instance);
        var frames = new List<GoldenFrame>();
        for (int grade = 0; grade < description.Classes.Count; grade++)
        {
            byte[] picture = new byte[Width * Height];
            picture.AsSpan().Fill(TinyModel.GrayOf(grade, description.Classes.Count));
            string name = $"{grade:00}.pgm";
            File.WriteAllBytes(this[$"golden/{name}"], [.. Encoding.ASCII.GetBytes($"P5\n{Width} {Height}\n255\n"), .. picture]);
            picture.CopyTo(model.InputFor(Width, Height));
            frames.Add(new GoldenFrame(name, model.Run().ToArray(), description.Classes[grade]));
        }

        var golden = new GoldenFrames(model.InUse.Sha256, 0.01, frames);
        File.WriteAllBytes(
            this[GoldenFrames.FileName], JsonSerializer.SerializeToUtf8Bytes(golden, GoldenFramesJson.Default.GoldenFrames));
    }
}
