! Polynomials through Chebyshev points: their values between, their derivatives, and integrals of two kinds.
!
! Berrut & Trefethen (2004), doi:10.1137/S0036144502417715
module spectral
  use kinds, only: dk, qk
  implicit none
  private
  public :: chebyshev, weights_of, basis, derivative, integral, integral_but_last

contains

  pure function chebyshev(n, last) result(x)
    integer, intent(in) :: n
    real(dk), intent(in) :: last
    real(dk) :: x(n)
    integer :: k
    x = [(0.5_dk*last*(1 - cos(acos(-1.0_dk)*k/(n - 1))), k = 0, n - 1)]
  end function chebyshev

  ! 1 / prod (x_k - x_m) over all other points
  pure function weights_of(n, x) result(w)
    integer, intent(in) :: n
    real(dk), intent(in) :: x(n)
    real(dk) :: w(n)
    integer :: k
    do k = 1, n
      w(k) = 1/(product(x(k) - x(:k-1))*product(x(k) - x(k+1:)))
    end do
  end function weights_of

  ! values at one place of the polynomials that are 1 at one of the points and 0 at the others
  pure function basis(n, x, w, at) result(values)
    integer, intent(in) :: n
    real(dk), intent(in) :: x(n), w(n), at
    real(dk) :: values(n)
    if (any(abs(at - x) <= 0)) then
      values = merge(1.0_dk, 0.0_dk, abs(at - x) <= 0)
    else
      values = w/(at - x)
      values = values/sum(values)
    end if
  end function basis

  pure function derivative(n, x) result(d)
    integer, intent(in) :: n
    real(dk), intent(in) :: x(n)
    real(dk) :: d(n,n), w(n)
    integer :: k, m
    w = weights_of(n, x)
    d = 0
    do k = 1, n
      do m = 1, n
        if (m == k) cycle
        d(k,m) = w(m)/w(k)/(x(k) - x(m))
        d(k,k) = d(k,k) + 1/(x(k) - x(m))
      end do
    end do
  end function derivative

  ! from the first point, of the polynomial whose derivative is nearest to the values, by least squares
  function integral(n, x) result(from_first)
    integer, intent(in) :: n
    real(dk), intent(in) :: x(n)
    real(dk) :: from_first(n,n), d(n,n)
    real(qk) :: tall(n,n-1)
    d = derivative(n, x)
    tall = d(:,2:)
    from_first = 0
    from_first(2:,:) = real(solved(n-1, n, matmul(transpose(tall), tall), transpose(tall)), dk)
  end function integral

  ! of the polynomial whose derivative has all values but the last
  function integral_but_last(n, x) result(from_first)
    integer, intent(in) :: n
    real(dk), intent(in) :: x(n)
    real(dk) :: from_first(n,n), d(n,n)
    real(qk) :: unit(n-1,n-1)
    integer :: k
    d = derivative(n, x)
    unit = 0
    do k = 1, n - 1
      unit(k,k) = 1
    end do
    from_first = 0
    from_first(2:,:n-1) = real(solved(n-1, n-1, real(d(:n-1,2:), qk), unit), dk)
  end function integral_but_last

  ! Gauss and Jordan, with the largest pivot
  function solved(n, m, matrix, right) result(x)
    integer, intent(in) :: n, m
    real(qk), intent(in) :: matrix(n,n), right(n,m)
    real(qk) :: x(n,m), a(n,n+m), row(n+m)
    integer :: k, j, pivot
    a(:,:n) = matrix
    a(:,n+1:) = right
    do k = 1, n
      pivot = k - 1 + maxloc(abs(a(k:,k)), 1)
      row = a(pivot,:)/a(pivot,k)
      a(pivot,:) = a(k,:)
      a(k,:) = row
      do j = 1, n
        if (j /= k) a(j,:) = a(j,:) - a(j,k)*row
      end do
    end do
    x = a(:,n+1:)
  end function solved

end module spectral
