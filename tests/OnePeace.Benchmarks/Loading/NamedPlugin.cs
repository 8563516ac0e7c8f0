using System.Reflection;
using System.Reflection.Emit;
using OnePeace.Modalities;

namespace OnePeace.Benchmarks.Loading;

/// <summary>Writes a plugin whose modality has a name of its own, and is otherwise <see cref="NamedModality"/>.</summary>
internal static class NamedPlugin
{
    /// <returns>The assembly's bytes.</returns>
    public static byte[] Emit(string name)
    {
        var assembly = new PersistedAssemblyBuilder(new AssemblyName(name), typeof(object).Assembly);
        var type = assembly.DefineDynamicModule(name).DefineType("Modality", TypeAttributes.Public | TypeAttributes.Class | TypeAttributes.Sealed, typeof(NamedModality), [typeof(IModality)]);
        var il = type.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, []).GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldstr, name);
        il.Emit(OpCodes.Call, typeof(NamedModality).GetConstructor(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public, [typeof(string)])!);
        il.Emit(OpCodes.Ret);
        type.CreateType();
        using var stream = new MemoryStream();
        assembly.Save(stream);
        return stream.ToArray();
    }
}
