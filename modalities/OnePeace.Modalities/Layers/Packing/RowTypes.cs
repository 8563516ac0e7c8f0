using System.Runtime.Intrinsics;

namespace OnePeace.Modalities.Layers.Packing;

/// <summary>How rows of a type are read as float32, sixteen values at a time.</summary>
internal interface IRowType
{
    static abstract int Size { get; }

    static abstract unsafe Vector512<float> Read(byte* from);

    static abstract unsafe float ReadOne(byte* from);
}

/// <summary>Rows of float32.</summary>
internal readonly struct SingleRows : IRowType
{
    public static int Size => sizeof(float);

    public static unsafe Vector512<float> Read(byte* from) => Vector512.Load((float*)from);

    public static unsafe float ReadOne(byte* from) => *(float*)from;
}

/// <summary>Rows of bfloat16: the upper half of a float32.</summary>
internal readonly struct BrainRows : IRowType
{
    private const int Half = 16;

    public static int Size => sizeof(ushort);

    public static unsafe Vector512<float> Read(byte* from)
    {
        var halves = Vector256.Load((ushort*)from);
        return Vector512.ShiftLeft(Vector512.Create(Vector256.WidenLower(halves), Vector256.WidenUpper(halves)), Half).AsSingle();
    }

    public static unsafe float ReadOne(byte* from) => BitConverter.UInt32BitsToSingle((uint)*(ushort*)from << Half);
}
