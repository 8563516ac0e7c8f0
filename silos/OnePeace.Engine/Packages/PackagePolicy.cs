using System.Text.Json;
using OnePeace.Engine.Hosting;
using OnePeace.Files;

namespace OnePeace.Engine.Packages;

/// <summary>The operator's list of packages and signers that may serve, a JSON file: <c>{"packages": ["sha256..."], "keys": ["base64..."]}</c>. Read afresh at every check.</summary>
/// <param name="path">The list; null where there is none, and everything may serve. A list that is named but missing or damaged allows nothing.</param>
public sealed class PackagePolicy(string? path)
{
    private const int MaxBytes = 16 << 20;

    private static readonly Lock Writing = new();

    internal sealed record AllowList
    {
        public IReadOnlyList<string> Packages { get; set; } = [];

        public IReadOnlyList<string> Keys { get; set; } = [];
    }

    /// <exception cref="PackageRefusedException">The list has neither the package nor its signer, or cannot be read.</exception>
    public void Check(string hash, PackageSignature? signature)
    {
        if (path is null) return;
        var list = Read(path);
        if (list.Packages.Contains(hash, StringComparer.OrdinalIgnoreCase) || (signature is not null && list.Keys.Contains(signature.Key, StringComparer.Ordinal))) return;
        throw new PackageRefusedException(PackageFault.NotAllowed,
            $"The operator did not allow this package ({hash[..12]}...), {(signature is null ? "which nobody signed" : "nor the key that signed it")}: ask for 'onepeace modality allow'.");
    }

    /// <summary>Allows a package by its hash. Durable; does nothing where it is allowed already.</summary>
    /// <exception cref="InvalidDataException">There is no list, or it is damaged.</exception>
    public void Allow(string hash) => Change(list => list.Packages.Contains(hash, StringComparer.Ordinal) ? list : list with { Packages = [.. list.Packages, hash] });

    /// <summary>Allows everything that this key signs: base64 of its SubjectPublicKeyInfo. Durable; does nothing where it is allowed already.</summary>
    /// <inheritdoc cref="Allow" path="/exception"/>
    public void AllowKey(string key) => Change(list => list.Keys.Contains(key, StringComparer.Ordinal) ? list : list with { Keys = [.. list.Keys, key] });

    private void Change(Func<AllowList, AllowList> change)
    {
        if (path is null) throw new InvalidDataException("No list of allowed packages is set: name a file for it first.");
        lock (Writing)
        {
            var before = File.Exists(path) ? Parse(File.ReadAllBytes(path)) : null;
            var after = change(before ?? new AllowList());
            if (after == before) return;
            DurableFile.Write(path, stream => JsonSerializer.Serialize(stream, after, PackageJson.Indented.AllowList));
        }
    }

    private static AllowList Read(string path)
    {
        try
        {
            return Parse(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new PackageRefusedException(PackageFault.NotAllowed, "The list of allowed packages is missing or damaged, so that nothing is allowed: ask the operator for 'onepeace modality allow'.", e);
        }
    }

    private static AllowList Parse(byte[] json) => json.Length <= MaxBytes
        ? PackageJson.Read(json, "the list of allowed packages", PackageJson.Default.AllowList)
        : throw new InvalidDataException($"Expected a list of allowed packages of at most {MaxBytes} bytes, but it has {json.Length}.");
}
