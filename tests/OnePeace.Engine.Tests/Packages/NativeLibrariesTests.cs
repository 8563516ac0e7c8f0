using System.Text.Json.Nodes;
using OnePeace.Engine.Packages;

namespace OnePeace.Engine.Tests.Packages;

public sealed class NativeLibrariesTests(PackageFixture fixture) : IClassFixture<PackageFixture>
{
    [Fact]
    public void A_library_that_several_packages_bring_is_mapped_once()
    {
        var path = PackPictures();
        for (var attach = 0; attach < 3; attach++)
        {
            var folder = fixture.At($"pictures {attach}");
            using (var package = ModalityPackage.Open(path)) PackageTrial.Run(package, fixture.Core, new PackagePolicy(null), folder).Dispose();
            Directory.Delete(folder, recursive: true);
        }
        var mapped = File.ReadLines("/proc/self/maps").Where(line => line.Contains(fixture.At(""), StringComparison.Ordinal) && line.Contains("libSkiaSharp.so", StringComparison.Ordinal));
        var inode = Assert.Single(mapped.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(part => (Device: part[3], Inode: part[4], Path: string.Join(' ', part[5..]))).Distinct());
        Assert.StartsWith(fixture.At("native"), inode.Path, StringComparison.Ordinal);
        Assert.DoesNotContain("(deleted)", inode.Path, StringComparison.Ordinal);
    }

    [Fact]
    public void A_library_is_placed_by_its_content_with_those_beside_it_and_repaired_where_it_was_changed()
    {
        var libraries = new NativeLibraries(fixture.At("placed"));
        var placed = libraries.Place(Library("one", "a"));
        Assert.Equal(placed, libraries.Place(Library("two", "a")));
        Assert.NotEqual(placed, libraries.Place(Library("three", "b")));
        Assert.Equal(["liba.so", "libb.so.1"], Directory.GetFiles(Path.GetDirectoryName(placed)!).Select(path => Path.GetFileName(path)).Order());
        File.WriteAllText(placed, "x");
        Assert.Equal("a", File.ReadAllText(libraries.Place(Library("one", "a"))));
    }

    private string Library(string name, string content)
    {
        var folder = Directory.CreateDirectory(fixture.At(name)).FullName;
        File.WriteAllText(Path.Combine(folder, "liba.so"), content);
        File.WriteAllText(Path.Combine(folder, "libb.so.1"), "beside it");
        File.WriteAllText(Path.Combine(folder, "managed.dll"), name);
        return Path.Combine(folder, "liba.so");
    }

    private string PackPictures()
    {
        var project = fixture.WriteProject("pictures", new JsonObject { ["seed"] = 7 });
        File.Copy(Path.Combine(ReferenceData.Folder, "image", "inputs", "a_scene.jpg"), Path.Combine(project, "samples", "a_scene.jpg"));
        var settings = JsonNode.Parse(File.ReadAllText(Path.Combine(project, "modality.json")))!.AsObject();
        settings["name"] = "image";
        settings["options"] = new JsonObject { ["bucket_size"] = 4 };
        settings["canaries"] = new JsonArray("samples/a_scene.jpg");
        File.WriteAllText(Path.Combine(project, "modality.json"), settings.ToJsonString());
        var path = fixture.At("pictures.opm");
        PackageBuilder.Build(ModalityProject.Open(project), Path.Combine(AppContext.BaseDirectory, "modalities", "image"), fixture.Model, path);
        return path;
    }
}
