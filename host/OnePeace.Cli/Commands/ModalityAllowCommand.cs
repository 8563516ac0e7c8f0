using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using OnePeace.Cli.Authoring;
using OnePeace.Cli.Outputs;
using OnePeace.Engine.Packages;
using OnePeace.Silo;

namespace OnePeace.Cli.Commands;

/// <summary><c>onepeace modality allow</c>: the operator's list of packages and signers, on the server's own machine.</summary>
internal static class ModalityAllowCommand
{
    private const int HashLength = SHA256.HashSizeInBytes * 2;

    public static Command Create()
    {
        var package = new Argument<string?>("F.opm|HASH") { Description = "A package, or its hash", Arity = ArgumentArity.ZeroOrOne };
        var key = new Option<string?>("--key") { Description = "Allows whatever this key signs: a P-256 key in PEM, the public one is enough", HelpName = "KEY.pem" };
        var data = SharedOptions.Data();
        var json = SharedOptions.Json();
        var command = new Command("allow", "Lets a package, or all packages of one signer, serve; edits the list in the server's data folder, which need not run") { package, key, data, json };
        command.SetAction((parsed, cancellation) =>
        {
            var folder = parsed.GetRequiredValue(data);
            if (!Directory.Exists(folder)) throw new BadInputException($"--data {folder}: there is no such folder; give the one that 'onepeace up' uses.");
            var list = Path.Combine(folder, SiloOptions.AllowListFile);
            var isNew = !File.Exists(list);
            var facts = Add(list, parsed.GetValue(package), parsed.GetValue(key), cancellation);
            facts["list"] = list;
            if (isNew) facts["note"] = "this is the first entry: from now on nothing but what is listed is attached; what serves unlisted goes on until the next start";
            Report.Print(parsed.GetValue(json), facts);
            return Task.CompletedTask;
        });
        return command;
    }

    private static JsonObject Add(string list, string? package, string? key, CancellationToken cancellation)
    {
        try
        {
            return Allow(new PackagePolicy(list), package, key, cancellation);
        }
        catch (InvalidDataException e)
        {
            throw new BadInputException($"{list}: {e.Message} Mend it, or remove it: without a list a server on loopback takes every package.");
        }
    }

    private static JsonObject Allow(PackagePolicy policy, string? package, string? key, CancellationToken cancellation)
    {
        if (package is null == key is null) throw new BadUsageException("give one of the two: a package (its file, or its hash), or --key KEY.pem.");
        if (key is not null)
        {
            var allowed = PublicKey(key);
            policy.AllowKey(allowed);
            return new JsonObject { ["allowed_key"] = allowed };
        }
        var hash = IsHash(package!) ? package!.ToLowerInvariant() : HashOf(package!, cancellation);
        policy.Allow(hash);
        return new JsonObject { ["allowed_package"] = hash };
    }

    private static string HashOf(string path, CancellationToken cancellation)
    {
        if (!File.Exists(path)) throw new BadInputException($"{path}: there is no such package, and it is no hash of {HashLength} hexadecimal digits.");
        using var opened = ModalityPackage.Open(path);
        return opened.ComputeHash(cancellation);
    }

    private static string PublicKey(string path)
    {
        using var key = KeyFile.Read(path, isPrivate: false);
        return Convert.ToBase64String(key.ExportSubjectPublicKeyInfo());
    }

    private static bool IsHash(string text) => text.Length == HashLength && text.All(char.IsAsciiHexDigit);
}
