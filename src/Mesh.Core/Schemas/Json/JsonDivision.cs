using System.Numerics;

namespace Mesh;

/// <summary>Whether one decimal is a multiple of another, exactly.</summary>
internal static class JsonDivision
{
    /// <summary>A divisor with more digits is refused when its schema is compiled.</summary>
    public const int MaxDivisorDigits = 300;

    private const int ChunkDigits = 18;

    /// <summary>
    /// With both written as <c>m × 10^e</c> and no zeros at the end of either <c>m</c>: a value of lower exponent than
    /// the divisor has a digit that no multiple has; otherwise <c>m1 × 10^(e1-e2)</c> must be divisible by <c>m2</c>, which
    /// modular arithmetic decides without ever building the number.
    /// </summary>
    public static bool IsMultiple(in JsonNumber value, in JsonNumber divisor)
    {
        if (value.IsZero)
            return true;
        long shift = value.Exponent - divisor.Exponent;
        if (shift < 0)
            return false;
        if (divisor.IsSmall)
        {
            long modulus = divisor.Small;
            if (value.IsSmall && shift <= ChunkDigits)
                return (Int128)value.Small * JsonNumber.Power((int)shift) % modulus == 0;
            return (UInt128)Remainder(value, modulus) * PowerOfTen(shift, (ulong)modulus) % (ulong)modulus == 0;
        }

        BigInteger large = ToBigInteger(divisor);
        BigInteger rest = Remainder(value, large) * BigInteger.ModPow(10, shift, large);
        return (rest % large).IsZero;
    }

    private static ulong Remainder(in JsonNumber value, long modulus)
    {
        if (value.IsSmall)
            return (ulong)(value.Small % modulus);
        UInt128 rest = 0;
        for (int i = 0; i < value.Digits; i += ChunkDigits)
        {
            int length = Math.Min(ChunkDigits, value.Digits - i);
            rest = ((rest * (ulong)JsonNumber.Power(length)) + (ulong)Chunk(value, i, length)) % (ulong)modulus;
        }

        return (ulong)rest;
    }

    private static BigInteger Remainder(in JsonNumber value, BigInteger modulus)
    {
        BigInteger rest = BigInteger.Zero;
        for (int i = 0; i < value.Digits; i += ChunkDigits)
        {
            int length = Math.Min(ChunkDigits, value.Digits - i);
            rest = ((rest * JsonNumber.Power(length)) + Chunk(value, i, length)) % modulus;
        }

        return rest;
    }

    private static long Chunk(in JsonNumber value, int start, int length)
    {
        long chunk = 0;
        for (int i = start; i < start + length; i++)
            chunk = (chunk * 10) + value.Digit(i);
        return chunk;
    }

    private static ulong PowerOfTen(long exponent, ulong modulus)
    {
        UInt128 result = 1 % modulus, factor = 10 % modulus;
        for (; exponent > 0; exponent >>= 1)
        {
            if ((exponent & 1) != 0)
                result = result * factor % modulus;
            factor = factor * factor % modulus;
        }

        return (ulong)result;
    }

    private static BigInteger ToBigInteger(in JsonNumber number)
    {
        BigInteger value = BigInteger.Zero;
        for (int i = 0; i < number.Digits; i += ChunkDigits)
        {
            int length = Math.Min(ChunkDigits, number.Digits - i);
            value = (value * JsonNumber.Power(length)) + Chunk(number, i, length);
        }

        return value;
    }
}
