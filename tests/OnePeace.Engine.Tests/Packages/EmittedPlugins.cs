using System.Reflection;
using System.Reflection.Emit;
using OnePeace.Modalities;

namespace OnePeace.Engine.Tests.Packages;

/// <summary>Small assemblies with modalities that misbehave, written as they are asked for.</summary>
internal static class EmittedPlugins
{
    private const MethodAttributes Implements = MethodAttributes.Public | MethodAttributes.Virtual | MethodAttributes.Final | MethodAttributes.HideBySig | MethodAttributes.NewSlot;

    public static byte[] Empty() => Create("Empty", _ => { });

    public static byte[] Two(string name) => Create("Two", module =>
    {
        Define(module, "First", name, "audio/wav").CreateType();
        Define(module, "Second", name, "audio/wav").CreateType();
    });

    /// <summary>One whose every method throws, and whose properties say what they are told to.</summary>
    public static byte[] Named(string name, string mediaType) => Create("Named", module => Define(module, "Modality", name, mediaType).CreateType());

    public static byte[] ThrowsWhenCreated(string name) => WithConstructor("Throws", name, il =>
    {
        il.Emit(OpCodes.Ldstr, "/secret/path");
        il.Emit(OpCodes.Newobj, typeof(InvalidOperationException).GetConstructor([typeof(string)])!);
        il.Emit(OpCodes.Throw);
    });

    /// <summary>Its constructor waits for ever.</summary>
    public static byte[] NeverReturns(string name) => WithConstructor("NeverReturns", name, il =>
    {
        il.Emit(OpCodes.Ldc_I4_M1);
        il.Emit(OpCodes.Call, typeof(Thread).GetMethod(nameof(Thread.Sleep), [typeof(int)])!);
        il.Emit(OpCodes.Ret);
    });

    public static byte[] WithoutPlainConstructor(string name) => Create("NoConstructor", module =>
    {
        var type = Define(module, "Modality", name, "audio/wav");
        var il = type.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, [typeof(int)]).GetILGenerator();
        CallBase(il);
        il.Emit(OpCodes.Ret);
        type.CreateType();
    });

    private static byte[] WithConstructor(string assembly, string name, Action<ILGenerator> body) => Create(assembly, module =>
    {
        var type = Define(module, "Modality", name, "audio/wav");
        var il = type.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, []).GetILGenerator();
        CallBase(il);
        body(il);
        type.CreateType();
    });

    private static byte[] Create(string name, Action<ModuleBuilder> define)
    {
        var assembly = new PersistedAssemblyBuilder(new AssemblyName(name), typeof(object).Assembly);
        define(assembly.DefineDynamicModule(name));
        using var stream = new MemoryStream();
        assembly.Save(stream);
        return stream.ToArray();
    }

    private static TypeBuilder Define(ModuleBuilder module, string type, string name, string mediaType)
    {
        var builder = module.DefineType(type, TypeAttributes.Public | TypeAttributes.Class | TypeAttributes.Sealed, typeof(object), [typeof(IModality)]);
        Implement(builder, "get_Name", il => il.Emit(OpCodes.Ldstr, name));
        Implement(builder, "get_MediaTypes", il =>
        {
            il.Emit(OpCodes.Ldc_I4_1);
            il.Emit(OpCodes.Newarr, typeof(string));
            il.Emit(OpCodes.Dup);
            il.Emit(OpCodes.Ldc_I4_0);
            il.Emit(OpCodes.Ldstr, mediaType);
            il.Emit(OpCodes.Stelem_Ref);
        });
        foreach (var method in new[] { nameof(IModality.CreatePreprocessor), nameof(IModality.CreateAdaptor) })
            Implement(builder, method, il => il.ThrowException(typeof(NotSupportedException)));
        return builder;
    }

    private static void Implement(TypeBuilder type, string name, Action<ILGenerator> body)
    {
        var declared = typeof(IModality).GetMethod(name)!;
        var method = type.DefineMethod(name, Implements, declared.ReturnType, [.. declared.GetParameters().Select(p => p.ParameterType)]);
        var il = method.GetILGenerator();
        body(il);
        il.Emit(OpCodes.Ret);
    }

    private static void CallBase(ILGenerator il)
    {
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Call, typeof(object).GetConstructor([])!);
    }
}
