namespace Framework.Kernels.Elementwise;

/// <summary>Powers one by one: a vector form that keeps every special case and the last bits would cost as much.</summary>
internal static unsafe class PowerLoop
{
    public static void Run(float* a, float* b, float* c, float* result, int count, float alpha, float beta)
    {
        for (int i = 0; i < count; i++) result[i] = MathF.Pow(a[i], b[i]);
    }
}
