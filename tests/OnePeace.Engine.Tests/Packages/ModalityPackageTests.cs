using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using OnePeace.Engine.Hosting;
using OnePeace.Engine.Packages;
using OnePeace.Modalities;

namespace OnePeace.Engine.Tests.Packages;

public sealed class ModalityPackageTests(PackageFixture fixture) : IClassFixture<PackageFixture>
{
    [Fact]
    public void What_was_packed_is_read_again()
    {
        using var package = ModalityPackage.Open(fixture.Good);
        Assert.Equal((PackageFixture.Name, "1.0.0", "Apache-2.0", 512, 1 << 20), (package.Manifest.Name, package.Manifest.Version, package.Manifest.Licence, package.Manifest.Cost.Most, package.Manifest.Limits.MaxInputBytes));
        Assert.Null(package.Signature);
        Assert.Equal(2, package.Manifest.Canaries.Count);
        package.VerifyContents();
        Assert.Equal("an asset", Encoding.UTF8.GetString(package.Read("assets/note.txt").Span));
        Assert.Equal(fixture.Packed.Hash, package.ComputeHash());
        Assert.Equal(fixture.Packed.Hash, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(fixture.Good))));
    }

    [Fact]
    public void Weights_are_mapped_at_a_multiple_of_64_and_outlive_the_package()
    {
        var bytes = File.ReadAllBytes(fixture.Good);
        var package = ModalityPackage.Open(fixture.Good);
        var weights = package.Read("weights.safetensors").ToArray();
        Assert.Equal(0, bytes.AsSpan().IndexOf(weights) % PackageWriter.WeightAlignment);
        using var tensor = package.AsSource(null).Weights.Read("norm.weight");
        package.Dispose();
        Assert.Equal(32, tensor.shape[0]);
        Assert.True(tensor.isfinite().all().item<bool>());
        Assert.Throws<ObjectDisposedException>(() => package.Read("assets/note.txt"));
    }

    [Fact]
    public void Other_programs_read_it_as_a_zip_with_right_sums()
    {
        using var zip = ZipFile.OpenRead(fixture.Good);
        Assert.Equal("manifest.json", zip.Entries[0].FullName);
        Assert.Equal("weights.safetensors", zip.Entries[^1].FullName);
        foreach (var entry in zip.Entries)
        {
            using var stream = entry.Open();
            stream.CopyTo(Stream.Null);   // .NET compares the CRC at the end
            Assert.Equal(entry.Length, entry.CompressedLength);
            Assert.Equal(new DateTime(1980, 1, 1), entry.LastWriteTime.DateTime);
        }
    }

    [Fact]
    public void Plugin_and_assets_are_laid_out_once_and_repaired_where_something_is_missing()
    {
        using var package = ModalityPackage.Open(fixture.Good);
        var folder = fixture.At("unpacked");
        package.UnpackTo(folder);
        Assert.Equal(["assets", "plugin"], Directory.GetDirectories(folder).Select(path => Path.GetFileName(path)).Order());
        var assembly = Path.Combine(folder, package.Manifest.Assembly);
        Assert.Equal(package.Read(package.Manifest.Assembly).ToArray(), File.ReadAllBytes(assembly));
        File.SetLastWriteTimeUtc(assembly, DateTime.UnixEpoch);
        package.UnpackTo(folder);
        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(assembly));
        File.Delete(assembly);
        package.UnpackTo(folder);
        Assert.True(File.Exists(assembly));
        Assert.DoesNotContain(Directory.GetFileSystemEntries(fixture.At("")), path => path.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public void What_was_changed_where_it_is_laid_out_is_laid_out_afresh_before_it_is_loaded()
    {
        using var package = ModalityPackage.Open(fixture.Good);
        var folder = fixture.At("changed");
        PackageTrial.LoadPlugin(package, folder).Dispose();
        var assembly = Path.Combine(folder, package.Manifest.Assembly);
        File.WriteAllBytes(assembly, new byte[new FileInfo(assembly).Length]);
        PackageTrial.LoadPlugin(package, folder).Dispose();
        Assert.Equal(package.Read(package.Manifest.Assembly).ToArray(), File.ReadAllBytes(assembly));
    }

    [Fact]
    public void A_signature_names_its_key_and_holds_for_this_manifest_only()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var path = Signed("signed.opm", key);
        using (var package = ModalityPackage.Open(path)) Assert.Equal(Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()), package.Signature!.Key);

        var draft = new PackageDraft(path) { Manifest = { ["author"] = "somebody else" } };
        File.WriteAllBytes(fixture.At("forged.opm"), draft.ToBytes());
        var refused = Assert.Throws<PackageRefusedException>(() => ModalityPackage.Open(fixture.At("forged.opm")));
        Assert.Equal(PackageFault.Damaged, refused.Fault);
        Assert.Contains("changed after it was signed", refused.Message);
    }

    [Fact]
    public void A_signature_by_another_key_than_it_names_is_refused()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256), other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var bytes = File.ReadAllBytes(Signed("signed by another.opm", key));
        var text = Encoding.Latin1.GetString(bytes).Replace(Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()), Convert.ToBase64String(other.ExportSubjectPublicKeyInfo()));
        File.WriteAllBytes(fixture.At("forged.opm"), Encoding.Latin1.GetBytes(text));
        Assert.Contains("not one of this manifest by this key", Assert.Throws<PackageRefusedException>(() => ModalityPackage.Open(fixture.At("forged.opm"))).Message);
    }

    [Fact]
    public void A_key_on_another_curve_does_not_sign()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.Contains("P-256", Assert.Throws<InvalidDataException>(() => Signed("curve.opm", key)).Message);
        Assert.False(File.Exists(fixture.At("curve.opm")));
    }

    [Fact]
    public void The_writer_makes_no_package_that_would_be_refused()
    {
        var manifest = fixture.Packed.Manifest;
        string path = fixture.At("refused.opm");
        Assert.Throws<InvalidDataException>(() => PackageWriter.Write(path, manifest with { Name = "No Name" }, Entries()));
        Assert.Throws<InvalidDataException>(() => PackageWriter.Write(path, manifest, [.. Entries(), PackageEntry.FromBytes("../evil", new byte[1])]));
        Assert.Throws<InvalidDataException>(() => PackageWriter.Write(path, manifest, Entries().Where(e => e.Name != "weights.safetensors")));
        var calls = 0;
        Assert.Throws<InvalidDataException>(() => PackageWriter.Write(path, manifest, [.. Entries(), new PackageEntry("assets/changing", s => s.Write([(byte)calls++]))]));
        Assert.False(File.Exists(path));
    }

    private string Signed(string name, ECDsa key)
    {
        PackageWriter.Write(fixture.At(name), fixture.Packed.Manifest, Entries(), key);
        return fixture.At(name);
    }

    private IEnumerable<PackageEntry> Entries() => new PackageDraft(fixture.Good).Entries().Skip(1).Select(e => PackageEntry.FromBytes(e.Name, e.Content));
}
