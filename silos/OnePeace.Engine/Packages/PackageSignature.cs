using System.Security.Cryptography;

namespace OnePeace.Engine.Packages;

/// <summary>A valid signature over a package's manifest, which names everything else in it by hash.</summary>
/// <param name="Key">Who signed: base64 of the public key's SubjectPublicKeyInfo.</param>
public sealed record PackageSignature(string Key)
{
    internal const int MaxBytes = 16 << 10;

    private const string Algorithm = "ecdsa-p256-sha256", Curve = "1.2.840.10045.3.1.7";
    private const DSASignatureFormat Format = DSASignatureFormat.Rfc3279DerSequence;

    /// <summary>The entry <c>signature</c>.</summary>
    internal sealed record Document(string Algorithm, string Key, string Signature);

    /// <exception cref="InvalidDataException">It is no signature, of another kind, or not of this manifest.</exception>
    internal static PackageSignature Read(ReadOnlySpan<byte> entry, ReadOnlySpan<byte> manifest)
    {
        var document = PackageJson.Read(entry, "the signature", PackageJson.Default.Document);
        if (document.Algorithm != Algorithm) throw new InvalidDataException($"Expected a signature by {Algorithm}, but it is by '{PackageJson.Shown(document.Algorithm)}'.");
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(document.Key), out _);
            CheckCurve(key);
            return key.VerifyData(manifest, Convert.FromBase64String(document.Signature), HashAlgorithmName.SHA256, Format)
                ? new PackageSignature(Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()))
                : throw new InvalidDataException("The signature is not one of this manifest by this key: the package was changed after it was signed.");
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            throw new InvalidDataException("Expected base64 of a P-256 public key and of a signature in the entry 'signature', but got something else.", e);
        }
    }

    internal static Document Sign(ReadOnlySpan<byte> manifest, ECDsa key)
    {
        CheckCurve(key);
        return new Document(Algorithm, Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()), Convert.ToBase64String(key.SignData(manifest, HashAlgorithmName.SHA256, Format)));
    }

    private static void CheckCurve(ECDsa key)
    {
        if (key.KeySize != 256 || key.ExportParameters(includePrivateParameters: false).Curve.Oid is not { } oid || (oid.Value ?? Named(oid)) != Curve)
            throw new InvalidDataException($"Expected a key on the curve P-256, but got one of {key.KeySize} bits on another.");
    }

    private static string? Named(Oid oid) => oid.FriendlyName is "nistP256" or "ECDSA_P256" ? Curve : null;
}
