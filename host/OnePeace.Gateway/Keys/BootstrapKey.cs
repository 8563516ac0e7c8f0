using System.Security.Cryptography;
using System.Text;
using OnePeace.Files;

namespace OnePeace.Gateway.Keys;

/// <summary>The one key of an installation. Only its SHA-256 is kept, in memory and on disk.</summary>
public sealed class BootstrapKey
{
    public const string Variable = "ONEPEACE_BOOTSTRAP_KEY";

    private readonly byte[] _hash;
    private readonly string _path;
    private readonly string? _first;

    private BootstrapKey(byte[] hash, string path, string? first)
    {
        _hash = hash;
        _path = path;
        _first = first;
    }

    /// <summary>The key itself at the installation's first start; null at every later one, when nobody can tell it any more.</summary>
    /// <remarks>Only now is a made key stored: a start that fails before anybody saw its key leaves none behind.</remarks>
    public string? Tell()
    {
        if (_first is not null) Store(_path, _hash);
        return _first;
    }

    /// <summary>Reads the hash in <paramref name="directory"/>, or makes a key.</summary>
    /// <param name="given">A key to use from now on, or null to keep the present one.</param>
    /// <exception cref="InvalidDataException">The given key or the stored hash cannot be used.</exception>
    public static BootstrapKey Open(string directory, string? given)
    {
        var path = Path.Combine(directory, "keys", "bootstrap.sha256");
        var stored = File.Exists(path) ? Read(path) : null;
        if (given is not null && !KeyText.IsUsable(given))
            throw new InvalidDataException($"{Variable} must be 8 to 256 visible ASCII characters without spaces.");
        if (stored is not null && given is null)
            return new BootstrapKey(stored, path, null);
        var key = given ?? KeyText.Generate();
        var hash = KeyText.Hash(key);
        if (given is not null && (stored is null || !hash.AsSpan().SequenceEqual(stored))) Store(path, hash);
        return new BootstrapKey(hash, path, stored is null ? key : null);
    }

    /// <summary>Whether this is the key, in a time that does not depend on where it differs.</summary>
    public bool Matches(string key) => CryptographicOperations.FixedTimeEquals(KeyText.Hash(key), _hash);

    private static void Store(string path, byte[] hash)
    {
        DurableFile.CreateDirectory(Path.GetDirectoryName(path)!);
        var text = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash));
        DurableFile.Write(path, stream => stream.Write(text), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static byte[] Read(string path)
    {
        var text = File.ReadAllText(path).Trim();
        return text.Length == 64 && text.All(char.IsAsciiHexDigit)
            ? Convert.FromHexString(text)
            : throw new InvalidDataException($"{path} must hold a SHA-256 in hexadecimal. Delete it to get a new key, or set {Variable}.");
    }
}
