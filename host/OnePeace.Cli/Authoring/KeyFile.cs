using System.Security.Cryptography;

namespace OnePeace.Cli.Authoring;

/// <summary>Keys that sign packages, in PEM files.</summary>
internal static class KeyFile
{
    /// <param name="path">The file.</param>
    /// <param name="isPrivate">Whether it has to be able to sign.</param>
    /// <exception cref="BadInputException">There is none, or it is of another kind.</exception>
    public static ECDsa Read(string path, bool isPrivate)
    {
        if (!File.Exists(path)) throw new BadInputException($"{path}: there is no such key; 'openssl ecparam -name prime256v1 -genkey -noout -out {Path.GetFileName(path)}' makes one.");
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(path));
            if (isPrivate) key.ExportParameters(includePrivateParameters: true);   // a public key cannot sign
            if (key.KeySize != 256) throw new CryptographicException("another curve");
            return key;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new BadInputException($"{path}: expected a {(isPrivate ? "private" : "public or private")} key in PEM on the curve P-256.");
        }
    }
}
