import { useEffect, useState } from 'react';

/** The value as it was when it last stayed the same for so long: typing becomes one request. */
export function useDebounced<Value>(value: Value, ms = 400): Value {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
