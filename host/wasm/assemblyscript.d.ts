declare type i32 = number;
